package handlers

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
)

// OfferedToTasks is what the endpoint offers to tasks, which may run programs of other people, of its own: beside the APIs of
// AWS, the registry of images, which needs a login, layers and wait conditions by URLs that cannot be guessed, and data channels, which need the token that a session has given to the
// client that opened it. All else is for the
// user of this machine alone, also a path that a capability brings. What package metadata serves has a listener of its own,
// which has none of this.
var OfferedToTasks = []string{
	control.Prefix + "health",
	control.LocalStackHealth,
	control.LayerRoute,
	control.WaitConditionRoute,
	agentPath, // a path of AWS
}

const (
	// metricsPath is where the metrics for Prometheus are.
	metricsPath = "/metrics"
	// loadBalancerProxy stands for the endpoint as an HTTP proxy to load balancers, which has no path. Tasks do not have it:
	// what it connects comes from this machine, and security groups let that in.
	loadBalancerProxy = "the proxy for load balancers"
)

// atTaskListener is a key of contexts.
type atTaskListener struct{}

// ForTasks is the context of requests that come in at the listener for tasks.
func ForTasks(ctx context.Context) context.Context {
	return context.WithValue(ctx, atTaskListener{}, true)
}

// Gate knows at which listener a request comes in.
type Gate struct {
	// IsTask reports whether a task has its network at an address, or a load balancer, which may pass on what a
	// task sends. What comes from there to the host's listener, if that is at an address which they reach, is
	// answered as at the tasks' own. Nil is no task.
	IsTask func(from netip.Addr) bool
}

// fromTask reports whether a request counts as one of a task.
func (g Gate) fromTask(r *http.Request) bool {
	if r.Context().Value(atTaskListener{}) != nil {
		return true
	}
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && g.IsTask != nil && !from.Addr().IsLoopback() && g.IsTask(from.Addr())
}

// refusal is why a request is not answered with a part of the endpoint. It is empty for one that is.
func (g Gate) refusal(r *http.Request, part string) string {
	if slices.Contains(OfferedToTasks, part) || strings.HasPrefix(part, control.LayerPath) || strings.HasPrefix(part, control.WaitConditionPath) || !g.fromTask(r) {
		return ""
	}
	return fmt.Sprintf("%.200s is not offered to tasks: they have the APIs of AWS, the registry of images, their sessions of ECS Exec, and %shealth. "+
		"Start the emulator with --allow-control (in Go: Options.AllowControl) to give them the rest", part, control.Prefix)
}

// guardOffers answers with what the listener of a request offers.
func (e *endpoint) guardOffers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reason := e.Gate.refusal(r, r.URL.Path)
		if reason == "" {
			next.ServeHTTP(w, r)
			return
		}
		e.Log.Warn("request refused", "status", http.StatusNotFound, "method", r.Method, "path", r.URL.Path, "from", r.RemoteAddr, "reason", reason)
		if control.Has(r.URL.Path) {
			control.Refuse(w, http.StatusNotFound, reason)
			return
		}
		writer(r)(w, &awsapi.Error{Code: "UnknownOperationException", Status: http.StatusNotFound, Message: reason})
	})
}
