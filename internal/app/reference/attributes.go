package reference

import (
	"fmt"
	"slices"
	"strings"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
)

const aboutAttributes = `
## Attributes

All attributes of load balancers, listeners and target groups are checked, stored and shown.
[Load balancing](../load-balancing.md) tells how those that act do so.

| Of | Attributes | Support |
| --- | --- | --- |
`

// Attributes is the table of what the attributes of Elastic Load Balancing do.
func Attributes() string {
	var b strings.Builder
	b.WriteString(aboutAttributes)
	for _, of := range []struct {
		noun  string
		table []elbv2.Attribute
	}{
		{"load balancers", elbv2.LoadBalancerAttributes}, {"listeners", elbv2.ListenerAttributes}, {"target groups", elbv2.TargetGroupAttributes},
	} {
		for _, support := range []struct {
			acts bool
			text string
		}{{true, "act"}, {false, "kept without effect"}} {
			if keys := attributes(of.table, support.acts); len(keys) > 0 {
				fmt.Fprintf(&b, "| %s | %s | %s |\n", of.noun, strings.Join(keys, ", "), support.text)
			}
		}
	}
	return b.String()
}

func attributes(table []elbv2.Attribute, acts bool) (keys []string) {
	for _, a := range table {
		if a.Acts == acts && a.Of != nil {
			keys = append(keys, "`"+a.Key+"`")
		}
	}
	slices.Sort(keys)
	return keys
}
