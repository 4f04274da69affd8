// Package control is what the emulator offers beside the AWS APIs, under
// /_emulator/: its health, its clock, its tasks as the engine sees them, their output
// and their events, what rules and schedules bring to their targets, programs that run in them, where load balancers are reached, what shall go wrong with them, the loads that services share, the authority that its certificates are
// from, and a reset; and its metrics for Prometheus.
//
// All bodies but those of streams and certificates are JSON. An error is {"error": "…"}.
package control

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceload"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
	"github.com/gorilla/mux"
)

// Prefix is where the paths of this package begin.
const Prefix = "/_emulator/"

// Options are what the endpoints tell and do.
type Options struct {
	Version  string
	Endpoint string // http://127.0.0.1:4577
	// Scope is the account and region whose default network is shown: those of
	// requests that are not signed.
	Scope arn.Scope
	Store *store.Store
	Clock Clock
	// Advance is the advance of the clock that is under way; it returns nil if there is none. Nil: there never is.
	Advance func() *Advance

	// Services are the names, as in signatures, of the services that the endpoint has. Elsewhere tells how the services of
	// the upstream are, by LocalStack's names. Nil is none.
	Services  []string
	Elsewhere func(r *http.Request) map[string]string
	// Engine tells how the container engine is. It is asked on each request, so
	// it should answer within the request's context.
	Engine func(ctx context.Context) Engine
	// Reset ends all tasks and forgets everything.
	Reset func(ctx context.Context) error
	// Ports lists the ports on this machine's loopback that lead to a task, and opens
	// them if told to.
	Ports func(taskARN string, open bool) []Port
	// InstanceIP is the address of a task's container instance, if the task has its network
	// from there.
	InstanceIP func(taskARN string) string
	// KeptApart says which security groups keep a load balancer away from a port of a target; empty: none do.
	KeptApart func(loadBalancerARN string, target netip.Addr, port int) string
	// Logs passes on the output of a task's container, which may have stopped.
	Logs func(ctx context.Context, taskARN, container string, o backend.LogOptions) error
	// Sessions runs programs in containers.
	Sessions *ssmsession.Kernel
	// LogEvents tells whether log events can be kept.
	LogEvents func() State
	// LoadBalancers lists those that have a listener, and where they are reached.
	LoadBalancers func() []LoadBalancer
	// Resolvers lists the DNS servers of VPCs.
	Resolvers func() []Resolver
	// Proxies tells what is known of the proxies of Service Connect beside rows, by the ARN of their task.
	Proxies func() map[string]Proxy
	// StateChange is the body of an event, as ECS or Auto Scaling sends it to EventBridge.
	StateChange func(tx *store.Tx, e outbox.Event) []byte
	// CertificateAuthority is the certificate, as PEM, of who issues those of ACM.
	CertificateAuthority func() (string, error)
	// Faults is what shall go wrong with tasks and their engine.
	Faults Faults
	// Loads is what tasks of services share on the simulated engine.
	Loads *serviceload.Board
	// Delivered counts what rules and schedules bring to their targets; Due tells when they are due next.
	Delivered *delivery.Counters
	Due       Due
	// Scaling tells what Application Auto Scaling scales, and what holds it.
	Scaling func() applicationautoscaling.Report
	// Closing ends when the emulator closes; nil never does. Answers that follow
	// something end with it.
	Closing context.Context
	Log     *slog.Logger
}

// Clock is the emulator's clock.
type Clock interface {
	Now() time.Time
	// Speed is the number of emulated seconds in a real one.
	Speed() float64
	SetSpeed(speed float64) error
	// Advance moves the time, timer by timer, and returns when all that it
	// caused has happened.
	Advance(ctx context.Context, d time.Duration) error
}

// api answers the endpoints.
type api struct {
	Options
	journal activity.Journal // of what no row says
}

// Handler returns the endpoints. Every caller may do everything: the package
// handlers keeps web pages out.
func Handler(o Options) http.Handler {
	if o.Closing == nil {
		o.Closing = context.Background()
	}
	a := &api{Options: o}
	r := mux.NewRouter()
	r.HandleFunc(Prefix+"health", a.health).Methods(http.MethodGet, http.MethodHead)
	r.HandleFunc(LocalStackHealth, a.localStackHealth).Methods(http.MethodGet, http.MethodHead)
	r.HandleFunc(Prefix+"clock", a.clock).Methods(http.MethodGet, http.MethodHead)
	r.HandleFunc(Prefix+"clock", a.setClock).Methods(http.MethodPost)
	r.HandleFunc(Prefix+"tasks", a.tasks).Methods(http.MethodGet, http.MethodHead)
	r.HandleFunc(Prefix+"overview", a.overview).Methods(http.MethodGet)
	r.HandleFunc(Prefix+"loadbalancers", a.loadBalancers).Methods(http.MethodGet, http.MethodHead)
	r.HandleFunc(Prefix+"logs", a.logs).Methods(http.MethodGet)
	r.HandleFunc(ExecPath, a.exec).Methods(http.MethodGet)
	r.HandleFunc(Prefix+"events", a.events).Methods(http.MethodGet)
	r.HandleFunc(Prefix+"activity", a.activity).Methods(http.MethodGet)
	r.HandleFunc(Prefix+"ca.pem", a.certificateAuthority).Methods(http.MethodGet, http.MethodHead)
	r.HandleFunc(Prefix+"faults", a.faults).Methods(http.MethodGet, http.MethodHead)
	r.HandleFunc(Prefix+"faults", a.addFault).Methods(http.MethodPost)
	r.HandleFunc(Prefix+"faults", a.clearFaults).Methods(http.MethodDelete)
	r.HandleFunc(Prefix+"load", a.loads).Methods(http.MethodGet, http.MethodHead)
	r.HandleFunc(Prefix+"load", a.setLoad).Methods(http.MethodPost)
	r.HandleFunc(Prefix+"load", a.clearLoads).Methods(http.MethodDelete)
	r.HandleFunc(Prefix+"discovery", a.discovery).Methods(http.MethodGet, http.MethodHead)
	r.HandleFunc(Prefix+"scaling", a.scaling).Methods(http.MethodGet, http.MethodHead)
	r.HandleFunc(Prefix+"deliveries", a.deliveries).Methods(http.MethodGet, http.MethodHead)
	r.HandleFunc(Prefix+"reset", a.reset).Methods(http.MethodPost)
	r.NotFoundHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Refuse(w, http.StatusNotFound, "no such path: "+r.URL.Path+"; there are health, clock, overview, tasks, loadbalancers, logs, exec, events, activity, deliveries, scaling, discovery, faults, load, ca.pem and reset")
	})
	r.MethodNotAllowedHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Refuse(w, http.StatusMethodNotAllowed, r.URL.Path+" is not for "+r.Method)
	})
	return r
}

// untilClosing returns a context that ends with ctx or when the emulator closes.
func (a *api) untilClosing(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(a.Closing, cancel)
	return ctx, func() { stop(); cancel() }
}

// reset serves POST /_emulator/reset.
func (a *api) reset(w http.ResponseWriter, r *http.Request) {
	if err := a.Reset(r.Context()); err != nil {
		Refuse(w, http.StatusInternalServerError, "reset: "+err.Error())
		return
	}
	a.Log.Info("reset: all tasks ended, everything forgotten")
	a.note(activity.Warning, "reset: all tasks ended, everything forgotten")
	a.answer(w, http.StatusOK, struct{}{})
}

func (a *api) answer(w http.ResponseWriter, status int, body any) {
	text, err := json.MarshalIndent(body, "", "  ")
	if err != nil {
		a.Log.Error("answer of "+Prefix+" not encoded", "error", err)
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	send(w, status, text)
}

// Refuse answers an error of these endpoints.
func Refuse(w http.ResponseWriter, status int, message string) {
	text, _ := json.MarshalIndent(struct {
		Error string `json:"error"`
	}{message}, "", "  ")
	send(w, status, text)
}

func send(w http.ResponseWriter, status int, text []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // a client that went away is no concern of ours
}
