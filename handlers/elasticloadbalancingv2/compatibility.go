package elasticloadbalancingv2

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/elbv2"
)

// Compatibility is the part of COMPATIBILITY.md about attributes.
func Compatibility() string {
	var b strings.Builder
	b.WriteString("| Of | Attributes | What becomes of them |\n| --- | --- | --- |\n")
	for _, of := range []struct {
		noun  string
		table []elbv2.Attribute
	}{
		{"load balancers", elbv2.LoadBalancerAttributes}, {"listeners", elbv2.ListenerAttributes}, {"target groups", elbv2.TargetGroupAttributes},
	} {
		for _, fate := range []struct {
			acts bool
			text string
		}{{true, "act"}, {false, "kept without effect"}} {
			var keys []string
			for _, a := range of.table {
				if a.Acts == fate.acts && a.Of != nil {
					keys = append(keys, "`"+a.Key+"`")
				}
			}
			slices.Sort(keys)
			if len(keys) > 0 {
				fmt.Fprintf(&b, "| %s | %s | %s |\n", of.noun, strings.Join(keys, ", "), fate.text)
			}
		}
	}
	return b.String()
}
