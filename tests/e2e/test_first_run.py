"""The first visit leads to a model; it can be skipped and taken up again."""

from playwright.sync_api import expect

from tests.e2e.conftest import type_of_opener
from tests.e2e.screen import Screen
from tests.e2e.site import SECRET, Site


def fill_form(screen: Screen, *, url: str, secret: str, name: str) -> None:
    page = screen.page
    page.get_by_label("Service").select_option(label="Other OpenAI-compatible server")
    page.get_by_role("textbox", name="API key", exact=True).fill(secret)
    page.get_by_label("Base URL").fill(url)
    page.get_by_label("Name", exact=True).fill(name)


def test_connect_choose_and_chat(opener: type_of_opener, new_site: Site) -> None:
    new_site.start()
    screen = opener(new_site).open("/")
    page = screen.page
    expect(page).to_have_url(f"{new_site.url}/setup")
    expect(page.get_by_role("heading", name="Connect a model", level=1)).to_be_visible()
    expect(page.get_by_text("No model server is running")).to_be_visible()
    fill_form(screen, url=new_site.upstream.base_url, secret=SECRET, name="mine")
    screen.button("Save and test").click()
    expect(page.get_by_role("heading", name="Choose a default model")).to_be_visible()
    page.get_by_role("radio", name="echo 8k context mine").check()
    screen.button("Start chatting").click()
    expect(page).to_have_url(f"{new_site.url}/")
    expect(page.locator(".model-chip-name")).to_have_text("echo")
    screen.ask("Hello")
    expect(screen.body).to_have_text("Hello")
    assert new_site.call("GET", "/settings")["default_model"] == "mine/echo"
    screen.open("/")
    expect(screen.composer).to_be_visible()


def test_skipping_leads_to_a_page_that_says_what_is_missing(
    opener: type_of_opener, new_site: Site
) -> None:
    new_site.start()
    screen = opener(new_site).open("/")
    with screen.page.expect_response("**/api/v1/settings"):
        screen.button("Skip for now").click()
    expect(screen.page.get_by_role("heading", level=1)).to_have_text(
        "Connect a model to start chatting."
    )
    screen.page.reload()
    expect(screen.page).to_have_url(f"{new_site.url}/")
    screen.page.get_by_role("link", name="Connect a model").click()
    expect(screen.page).to_have_url(f"{new_site.url}/setup")


def test_a_wrong_address_is_explained_and_can_be_corrected(
    opener: type_of_opener, new_site: Site
) -> None:
    new_site.start()
    screen = opener(new_site).open("/setup")
    page = screen.page
    page.get_by_label("Service").select_option(label="Other OpenAI-compatible server")
    page.get_by_label("Name", exact=True).fill("")
    screen.button("Save and test").click()
    expect(page.get_by_text("Give it a name.")).to_be_visible()
    expect(page.get_by_text("Enter an address that starts with http://")).to_be_visible()
    fill_form(screen, url="http://127.0.0.1:9/v1", secret="", name="mine")
    screen.button("Save and test").click()
    expect(page.get_by_text("mine was saved, but it does not answer yet.").first).to_be_visible()
    expect(page.get_by_text("Can't reach the provider. Is it running?").first).to_be_visible()
    page.get_by_label("Base URL").fill(new_site.upstream.base_url)
    screen.button("Save and test").click()
    expect(page.get_by_role("heading", name="Choose a default model")).to_be_visible()
    assert [item["name"] for item in new_site.call("GET", "/providers")["items"]] == ["mine"]


def test_a_key_from_the_environment_is_used_by_the_server(
    opener: type_of_opener, new_site: Site
) -> None:
    environ = {"OPENAI_API_KEY": SECRET, "OPENAI_BASE_URL": new_site.upstream.base_url}
    new_site.server.spawn(environ)
    new_site.server.url = new_site.server.wait_for("ready: ").strip()
    screen = opener(new_site).open("/setup")
    card = screen.page.locator(".setup-card").filter(has_text="OPENAI_API_KEY")
    screen.button("Use", card, exact=False).click()
    expect(screen.page.get_by_role("heading", name="Choose a default model")).to_be_visible()
    provider = new_site.call("GET", "/providers")["items"][0]
    assert provider["has_secret"]
    assert provider["secret_hint"].endswith(SECRET[-4:])
    assert provider["source"] == "environment"
