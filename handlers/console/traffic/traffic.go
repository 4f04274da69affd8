// Package traffic has the console's pages of how clients find tasks: load balancers with their listeners, rules and targets, and
// namespaces of Cloud Map with their services and instances.
package traffic

import (
	"fmt"
	"strings"

	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// Sources are what the pages ask for beside rows.
type Sources struct {
	// LocalAddresses are the addresses of this machine at which listeners are reached, by the ARNs of these.
	LocalAddresses func() map[string][]string
}

// Pages are the pages of this package.
func Pages(s Sources) []page.Page {
	return []page.Page{
		{Pattern: "/loadbalancers", Nav: "Load balancers", Read: s.readLoadBalancers},
		{Pattern: "/loadbalancers/{name}", Within: "/loadbalancers", Read: s.readLoadBalancer},
		{Pattern: "/discovery", Nav: "Service discovery", Read: readNamespaces},
		{Pattern: "/discovery/{namespace}", Within: "/discovery", Read: readNamespace},
		{Pattern: "/discovery/{namespace}/{service}", Within: "/discovery", Read: readService},
	}
}

// mostNamed is how many things a refusal names.
const mostNamed = 20

// task leads to the page of a task by its ARN.
func task(r *page.Request, taskARN string) g.Node {
	if taskARN == "" {
		return page.None()
	}
	return page.A(short(arn.Name(taskARN)), r.To("tasks", arn.ClusterName(taskARN), arn.Name(taskARN)))
}

// short is an id as ps shows it.
func short(id string) string {
	if len(id) > 8 && strings.Trim(id, "0123456789abcdef") == "" {
		return id[:8]
	}
	return id
}

func counted(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}
