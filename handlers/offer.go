package handlers

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
)

// listener is where a request comes in. It decides what of the endpoint is offered.
type listener int

const (
	// hostListener is the listener of Options.Listen, for the user of this machine.
	hostListener listener = iota
	// taskListener is for tasks, which may run programs of other people.
	taskListener
)

// offers says at which listeners the endpoint has what is its own: all that it serves beside the APIs of
// AWS and data channels, which both listeners have. A data channel needs the token that its session has
// given to the client that opened it. Tests name a path that has no row; until then it is the host's alone.
// What package metadata serves has a listener of its own, which has none of this.
var offers = map[string][]listener{
	control.Prefix + "health":        {hostListener, taskListener},
	control.LocalStackHealth:         {hostListener, taskListener},
	control.Prefix + "overview":      {hostListener},
	control.Prefix + "tasks":         {hostListener},
	control.Prefix + "loadbalancers": {hostListener},
	control.Prefix + "logs":          {hostListener},
	control.ExecPath:                 {hostListener},
	control.Prefix + "events":        {hostListener},
	control.Prefix + "activity":      {hostListener},
	control.Prefix + "deliveries":    {hostListener},
	control.Prefix + "scaling":       {hostListener},
	control.Prefix + "discovery":     {hostListener},
	control.Prefix + "faults":        {hostListener},
	control.Prefix + "load":          {hostListener},
	control.Prefix + "clock":         {hostListener},
	control.Prefix + "ca.pem":        {hostListener}, // tasks ask ACM for the chain of a certificate
	control.Prefix + "reset":         {hostListener},
	metricsPath:                      {hostListener},
	agentPath:                        {hostListener, taskListener}, // a path of AWS
	loadBalancerProxy:                {hostListener},
}

const (
	// metricsPath is where the metrics for Prometheus are.
	metricsPath = "/metrics"
	// loadBalancerProxy stands for the endpoint as an HTTP proxy to load balancers, which has no path. What
	// it connects comes from this machine, and security groups let that in.
	loadBalancerProxy = "the proxy for load balancers"
)

// Offers returns what the endpoint has of its own, and whether tasks are offered it.
func Offers() map[string]bool {
	toTasks := map[string]bool{}
	for part, at := range offers {
		toTasks[part] = slices.Contains(at, taskListener)
	}
	return toTasks
}

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

// listenerOf is where a request counts as having come in.
func (g Gate) listenerOf(r *http.Request) listener {
	if r.Context().Value(atTaskListener{}) != nil {
		return taskListener
	}
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err == nil && g.IsTask != nil && !from.Addr().IsLoopback() && g.IsTask(from.Addr()) {
		return taskListener
	}
	return hostListener
}

// refusal is why a request is not answered with a part of the endpoint, by the part's row in offers.
// It is empty for one that is.
func (g Gate) refusal(r *http.Request, part string) string {
	at := offers[part]
	if slices.Contains(at, taskListener) || g.listenerOf(r) == hostListener {
		return ""
	}
	return fmt.Sprintf("%.200s is not offered to tasks: they have the APIs of AWS, their sessions of ECS Exec, and %shealth. "+
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
