package main

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestEachInstanceHasTheDaemon: the program prints one task of the daemon for each instance, and three of the service.
func TestEachInstanceHasTheDaemon(t *testing.T) {
	srv := emulator.Start(t)
	var out strings.Builder
	if err := run(t.Context(), ecs.NewFromConfig(srv.Config()), srv.Subnets(), &out); err != nil {
		t.Fatal(err)
	}
	daemons := map[string]int{}
	services := 0
	for line := range strings.Lines(out.String()) {
		instance, what, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch what {
		case "daemon:logs RUNNING":
			daemons[instance]++
		case "service:web RUNNING":
			services++
			daemons[instance] += 0
		default:
			t.Errorf("it prints %q", line)
		}
	}
	for instance, n := range daemons {
		if n != 1 {
			t.Errorf("%s has %d tasks of the daemon", instance, n)
		}
	}
	if services != 3 {
		t.Errorf("the service has %d tasks:\n%s", services, out.String())
	}
}
