package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/leastpolicy"
)

var policyFromLogCommand = subcommand{
	name:    "policy-from-log",
	summary: "print the smallest policy for the calls of a user or role",
	examples: []example{
		{"ecs-emulator policy-from-log --principal arn:aws:iam::000000000000:role/deploy", "for all sessions of a role"},
		{"ecs-emulator policy-from-log --principal arn:aws:iam::000000000000:root", "for what test/test has called"},
	},
	declare: declarePolicyFromLog,
}

func declarePolicyFromLog(flags *flagSet) action {
	endpoint := endpointFlag(flags)
	principal := flags.String("principal", "", "`ARN` of a user, a role, a session or the root user")
	since := flags.String("since", "", "leave out calls before this `time` of the emulator's clock: 2026-01-31T15:04:05Z")
	return func(ctx context.Context, _ []string, stdout, stderr io.Writer) error {
		if *principal == "" {
			return usageError{errors.New("--principal is missing: the ARN of a user, a role, a session or the root user")}
		}
		query := url.Values{"principal": {*principal}}
		if *since != "" {
			query.Set("since", *since)
		}
		var least leastpolicy.Least
		if err := askJSON(ctx, http.MethodGet, *endpoint, "access/policy", query, &least); err != nil {
			return orOlder(err, *endpoint, "policy-from-log")
		}
		for _, note := range least.Notes {
			fmt.Fprintln(stderr, "ecs-emulator:", activity.OneLine(note))
		}
		if len(least.Document.Statement) == 0 {
			return errors.New("no policy is needed, and none would help: see above")
		}
		out := json.NewEncoder(stdout)
		out.SetEscapeHTML(false)
		out.SetIndent("", "  ")
		return out.Encode(least.Document)
	}
}
