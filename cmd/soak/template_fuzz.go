package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
)

// soakTemplates reads random templates in both syntaxes, and has the API answer random requests: none may panic, answer a failure of the
// emulator's, or take much memory.
func soakTemplates(ctx context.Context, s settings) error {
	for _, each := range []struct{ fuzz, in string }{
		{"FuzzTemplates", "./internal/aws/cloudformation/template"}, {"FuzzFunctions", "./internal/aws/cloudformation/template"}, {"FuzzRequests", "./handlers/cloudformation"},
	} {
		c := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-fuzz", "^"+each.fuzz+"$", "-fuzztime", s.fuzz.String(), "-parallel", "1", each.in)
		c.Stdout, c.Stderr = os.Stderr, os.Stderr
		if err := c.Run(); err != nil {
			return fmt.Errorf("%s of %s: %w", each.fuzz, each.in, err)
		}
	}
	return nil
}
