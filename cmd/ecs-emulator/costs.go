package main

import (
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/costs"
)

var costsCommand = subcommand{
	name:    "costs",
	summary: "show what the run would have cost on AWS, by service and deployment",
	examples: []example{
		{"ecs-emulator costs", "of all, since the emulator's state began"},
		{"ecs-emulator costs shop/web --since 24h", "of a service, with all its deployments, for a day of the emulator's clock"},
		{"ecs-emulator costs --instance-type c7g.xlarge", "beside what the fewest instances of a type would have cost"},
	},
	arguments: []argument{{name: "service", about: "name, cluster/name or ARN of a service (default: all)", optional: true}},
	declare:   declareCosts,
}

// declareCosts shows what a run would have cost.
func declareCosts(flags *flagSet) action {
	var c costs.Command
	endpoint := endpointFlag(flags)
	flags.StringVar(&c.Cluster, "cluster", "", "`cluster` of the service, or whose services and tasks are shown (default all)")
	flags.StringVar(&c.Since, "since", "", "`time` from which costs are shown, or a duration back on the emulator's clock: 2026-10-01T12:00:00Z, 24h; they begin with an hour, or with a day that is two days old (default all)")
	flags.StringVar(&c.InstanceType, "instance-type", "", "`type` of the EC2 instances that are compared, such as m7g.large (default the type that has run most, or m5.large)")
	flags.BoolVar(&c.JSON, "json", false, "print it as JSON")
	return func(ctx context.Context, args []string, stdout, _ io.Writer) error {
		c.Service = args[0]
		c.Ask = func(ctx context.Context, path string, query url.Values) ([]byte, error) {
			response, err := ask(ctx, http.MethodGet, *endpoint, path, query, nil)
			if err != nil {
				return nil, orOlder(err, *endpoint, "costs")
			}
			defer response.Body.Close()
			return io.ReadAll(response.Body)
		}
		err := c.Show(ctx, stdout)
		if costs.IsWrong(err) {
			return usageError{err}
		}
		return err
	}
}
