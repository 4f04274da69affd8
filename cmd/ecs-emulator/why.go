package main

import (
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/why"
)

var whyCommand = subcommand{
	name:    "why",
	summary: "explain what is not as wanted, or a request's refusal; exit code 3",
	examples: []example{
		{"ecs-emulator why", "all that is not as wanted"},
		{"ecs-emulator why shop/web", "one service: why its tasks fail, or what it waits for"},
		{"ecs-emulator why 3f2a91c0", "one task, or a container instance"},
		{"ecs-emulator why 0d3ae5f1-6c2b-4b1a-9f0e-2f8a7c1d5e90", "a request: who wanted what, and what each kind of policies said"},
	},
	arguments: []argument{{
		name: "reference", optional: true,
		about: "name, cluster/name or ARN of a service, id or ARN of a task or container instance, ARN of a service deployment, target group or stack, " +
			"or id of a request, as the error or the answer has it (default: all that is not as wanted)",
	}},
	declare: declareWhy,
}

// declareWhy explains what is not as wanted.
func declareWhy(flags *flagSet) action {
	var c why.Command
	endpoint := endpointFlag(flags)
	flags.StringVar(&c.Cluster, "cluster", "", "name or ARN of the `cluster` that is meant (default: all)")
	flags.BoolVar(&c.JSON, "json", false, "print it as JSON")
	return func(ctx context.Context, args []string, stdout, _ io.Writer) error {
		c.Ref = args[0]
		c.Get = func(ctx context.Context, path string, query url.Values) (*http.Response, error) {
			return send(ctx, http.MethodGet, *endpoint, path, query, nil)
		}
		c.Refusal = func(response *http.Response) error { return orOlder(refusal(response), *endpoint, "why") }
		code, err := c.Run(ctx, stdout)
		if err == nil && code != 0 { // the answers have said what is not as wanted
			err = exitError{code: code}
		}
		return err
	}
}
