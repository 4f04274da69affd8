package emulator_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// scriptReach waits until a task is reached through the ports of this host, or no longer.
func scriptReach(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: [!] reach <task> [container port]")
	}
	srv := ts.Value(emulatorKey{}).(*emulator.Server)
	var ports []emulator.HostPort
	var reached int
	asWanted := comesTrue(func() bool {
		ports, reached = slices.DeleteFunc(slices.Clone(srv.HostPorts(args[0])), func(p emulator.HostPort) bool {
			return p.Protocol != "tcp" || len(args) > 1 && strconv.Itoa(p.ContainerPort) != args[1]
		}), 0
		for _, p := range ports {
			if answers(p.Address, 2*time.Second) {
				reached++
			}
		}
		return neg && reached == 0 || !neg && reached > 0 && reached == len(ports)
	})
	if !asWanted {
		ts.Fatalf("after %s %d of the ports of %s answer: %+v", scriptPatience, reached, args[0], ports)
	}
}

// answers reports whether there is an HTTP server. What is cut off never says no.
func answers(address string, within time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/", nil)
	if err != nil {
		return false
	}
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err == nil {
		response.Body.Close()
	}
	return err == nil
}
