// Package registry is Amazon ECR's registry: what engines push to and pull from, by the distribution API of OCI below
// /v2/. It has the rows and files of package ecr, as the API of ECR has.
//
// Package ociserver reads requests and writes answers, over an interface that is implemented here. Around it is what
// ECR does otherwise, and what ociserver does not refuse.
package registry

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"cuelabs.dev/go/oci/ociregistry"
	"cuelabs.dev/go/oci/ociregistry/ociserver"
	"github.com/google/uuid"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Prefix is what the registry's paths begin with.
const Prefix = "/v2/"

// Options are what the registry stands on.
type Options struct {
	Store *store.Store
	Files *ecr.Files
	Now   func() time.Time
	// Home is where a path belongs that is a name alone.
	Home arn.Scope
	// Authorize decides what the principal of a login may do. Nil: all.
	Authorize awsapi.Authorizer
	// Faults have requests go wrong that are right, as calls of ECR's actions. Nil: none.
	Faults *awsapi.CallFaults
	// Observe is called once for each request that is a call of an action of ECR; see awsapi.Options. Nil: for none.
	Observe func(service, operation string, status int, d time.Duration)
	// MountsBlobs reports whether a registry mounts blobs of other repositories. Nil: none does.
	MountsBlobs func(tx *store.Tx, s arn.Scope) bool
	// OfEngine reports whether an engine shows by a login that it gets here, perhaps over its relay. Nil: none does.
	OfEngine func(user, password string, overRelay bool) bool
	// Log gets a line for each request. Nil is slog.Default().
	Log *slog.Logger
}

// New returns the registry's handler.
func New(o Options) http.Handler {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.MountsBlobs == nil {
		o.MountsBlobs = func(*store.Tx, arn.Scope) bool { return false }
	}
	if o.Faults == nil {
		o.Faults = &awsapi.CallFaults{}
	}
	if o.Observe == nil {
		o.Observe = func(string, string, int, time.Duration) {}
	}
	if o.OfEngine == nil {
		o.OfEngine = func(string, string, bool) bool { return false }
	}
	r := &registry{Options: o, logins: ecr.NewLogins(o.Store)}
	r.oci = ociserver.New(r, &ociserver.Options{
		WriteError: func(w http.ResponseWriter, req *http.Request, err error) { r.refuse(w, req, err) },
		// ECR has no larger pages, and names no digest in the answer to a GET. Source: ociserver's options.
		MaxListPageSize: 1000, OmitDigestFromTagGetResponse: true,
	})
	return r
}

type registry struct {
	Options
	*ociregistry.Funcs // refuses what is not here
	logins             *ecr.Logins
	oci                http.Handler
}

// request is what the parts of one request share.
type request struct {
	id     string
	login  ecr.Login
	host   string
	from   awsapi.Client
	secure bool
	method string
	action string // of ECR, that it is a call of; empty: none
	// pageSize is how much of a list is asked for; 0: all.
	pageSize int
	offset   int64 // in the upload, at which the body goes on
	failed   error // what ociserver puts in words of its own
}

type requestKey struct{}

func requestOf(ctx context.Context) *request {
	r, _ := ctx.Value(requestKey{}).(*request)
	return r
}

// ServeHTTP answers a request below Prefix.
func (r *registry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	began := time.Now()
	x := &request{
		id: uuid.NewString(), host: req.Host, method: req.Method, offset: ecr.AtEnd, secure: req.TLS != nil,
		from: awsapi.Client{Address: req.RemoteAddr, UserAgent: req.UserAgent(), Referer: req.Referer()},
	}
	x.pageSize, _ = strconv.Atoi(req.URL.Query().Get("n")) // ociserver refuses what is no number
	a := &answer{ResponseWriter: w}
	a.Header().Set("Docker-Distribution-Api-Version", "registry/2.0") // ECR-11
	ctx := context.WithValue(req.Context(), requestKey{}, x)
	inner := req.WithContext(ctx)
	inner.Body = &body{ReadCloser: req.Body, request: x}
	if err := r.serve(a, inner, x); err != nil {
		r.refuse(a, inner, err)
	}
	level := slog.LevelDebug
	if a.status >= http.StatusBadRequest && a.reason != "" {
		level = slog.LevelWarn
	}
	status, took := cmp.Or(a.status, http.StatusOK), time.Since(began)
	r.Log.Log(ctx, level, "registry request", "method", req.Method, "path", req.URL.Path, "status", status, "duration", took,
		"requestId", x.id, "reason", a.reason)
	if x.action != "" {
		r.Observe("ecr", x.action, status, took)
	}
}

// serve has the request answered, or returns why it is refused.
func (r *registry) serve(w http.ResponseWriter, req *http.Request, x *request) (err error) {
	if x.login, err = r.login(req); errors.Is(err, errEngine) {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	if err != nil {
		return err
	}
	if err := r.prepare(req, x); err != nil {
		return err
	}
	if path, id, ok := cancels(req); ok {
		return r.cancel(w, req, path, id)
	}
	r.oci.ServeHTTP(w, req)
	return nil
}

// answer notes what is answered. As it is no io.ReaderFrom, the server sees each write, and whether the client reads.
type answer struct {
	http.ResponseWriter
	status int
	reason string // of a refusal that a user wants to know
}

func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
