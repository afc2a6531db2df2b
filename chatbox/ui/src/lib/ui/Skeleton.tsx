/** Grey lines with the geometry of what is coming. Hidden for the first 150 ms by CSS. */
export interface SkeletonProps {
  readonly lines?: number;
  readonly kind?: "text" | "row" | "card";
}

export function Skeleton({ lines = 3, kind = "text" }: SkeletonProps) {
  return (
    <div class={`ui-skeleton ui-skeleton-${kind}`} aria-hidden="true">
      {Array.from({ length: lines }, (_, index) => (
        <span class="ui-skeleton-line" key={index} />
      ))}
    </div>
  );
}
