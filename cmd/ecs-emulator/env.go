package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

var envCommand = subcommand{
	name:     "env",
	summary:  "print variables that lead the AWS CLI and SDKs to the emulator",
	examples: []example{{`eval "$(ecs-emulator env)"`, "in a shell such as bash; any credentials work unless policies are enforced"}},
	declare:  asking(printExports),
}

// printExports prints what leads to a running emulator, which says its region.
func printExports(ctx context.Context, endpoint string, _ []string, stdout io.Writer) error {
	response, err := send(ctx, http.MethodGet, endpoint, "health", nil, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var health struct{ Region string }
	if err := json.NewDecoder(response.Body).Decode(&health); err != nil || health.Region == "" {
		return stranger(response)
	}
	_, err = io.WriteString(stdout, exports(strings.TrimSuffix(endpoint, "/"), health.Region, anyCredentials))
	return err
}
