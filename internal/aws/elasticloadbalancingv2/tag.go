package elasticloadbalancingv2

// Tags of a resource, in the order in which they came (ELB0001).
type Tags []Tag

type Tag struct{ Key, Value string }
