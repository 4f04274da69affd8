// Package handlers is the emulator's one HTTP endpoint: it keeps web pages out, tells
// from a request which AWS service it is for, and hands it to that service's handler.
//
// The packages below it may change at any time: the API of this module is package emulator.
package handlers

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/console"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/handlers/datachannel"
	"github.com/ecs-emulator/ecs-emulator/handlers/registry"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/gorilla/mux"
)

// Parts are what stands behind the endpoint.
type Parts struct {
	// Services are the APIs of AWS, and Options what they share.
	Services []awsapi.Service
	Options  awsapi.Options
	// Kept are operations, of AWS JSON, of services that are else left to the upstream.
	Kept []awsapi.Service
	// Control serves the paths of package control.
	Control http.Handler
	// DataChannel serves the paths that start with datachannel.Prefix. Nil is none.
	DataChannel http.Handler
	// Registry serves unsigned requests to paths that start with registry.Prefix. Nil is none.
	Registry http.Handler
	Metrics  http.Handler
	// Console serves the paths that console.Has has, and a browser that asks for / is led there. Nil is none.
	Console *console.Console
	// Gate keeps from tasks what is not offered to them.
	Gate Gate
	// AllowedHosts are names under which clients reach the endpoint, beside those that
	// the guard knows by itself. CheckHosts says what can be one.
	AllowedHosts []string
	// Upstream is the endpoint that has the services which are not here. Nil is none: their
	// requests get an error that names it.
	Upstream *Upstream
	// Log gets a line for each request that is for no part, is kept out, or goes to the
	// upstream. Nil is slog.Default().
	Log *slog.Logger
}

// New puts the endpoint together. AWS APIs are at the path /, told apart by the
// header X-Amz-Target, else by the service in the signature's credential scope,
// else, for what is not signed, by the Version in a form; those with Smithy RPC v2 are also at
// paths that name the service, and those with REST JSON at any path, told by the signature alone.
// What is for none of them goes to the upstream: with any path if it is signed for another service, and else if no part
// has the path. What a web page sends reaches no part.
func New(parts Parts) http.Handler {
	if parts.Log == nil {
		parts.Log = slog.Default()
	}
	e := &endpoint{Parts: parts, guard: newGuard(parts.AllowedHosts)}
	if parts.Upstream != nil {
		e.upstream = parts.Upstream.proxy(e)
		parts.Options.Elsewhere = http.HandlerFunc(e.forwardAllowed)
	}
	e.services = newDirectory(parts.Services, parts.Kept, parts.Options)
	r := e.router()
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		maps.Copy(w.Header(), keptFromPages)
		if e.Console != nil && console.Has(req.URL.Path) {
			e.console(w, req)
			return
		}
		if reason := e.guard.refusal(req); reason != "" {
			e.keepOut(w, req, reason)
			return
		}
		// Nearly every request is for an AWS API. Past the router it is spared two
		// copies of the request, 1.5 kB.
		if req.URL.Path == "/" {
			if e.Console != nil && e.asksForPages(req) {
				http.Redirect(w, req, console.Prefix, http.StatusSeeOther)
				return
			}
			e.aws(w, req)
			return
		}
		if service := e.services.byPath[awsapi.RPCService(req.URL.Path)]; service != nil {
			service.ServeHTTP(w, req)
			return
		}
		scope, signed, err := awsapi.ScopeOf(req)
		if e.DataChannel != nil && strings.HasPrefix(req.URL.Path, datachannel.Prefix) && (!signed || scope.Service == messages) {
			e.DataChannel.ServeHTTP(w, req)
			return
		}
		if e.Registry != nil && !signed && isRegistry(req.URL.Path) {
			e.Registry.ServeHTTP(w, req)
			return
		}
		if service := e.services.byScope[scope.Service]; service != nil && err == nil {
			service.ServeHTTP(w, req)
			return
		}
		if err == nil && signed && e.services.byName[scope.Service] == nil {
			e.pass(w, req, fmt.Sprintf("%s (%s %s)", scope.Service, req.Method, req.URL.Path))
			return
		}
		r.ServeHTTP(w, req)
	})
}

// isRegistry reports whether a path is of the registry of container images. Signed requests to such paths are for API
// Gateway or SES.
func isRegistry(path string) bool { return strings.HasPrefix(path+"/", registry.Prefix) }

// router finds what the endpoint has at paths of its own.
func (e *endpoint) router() *mux.Router {
	r := mux.NewRouter().SkipClean(true) // a redirect would turn a POST into a GET
	r.Use(e.guardOffers)
	r.PathPrefix(control.Prefix).Handler(e.Control)
	r.Path(control.LocalStackHealth).Handler(e.Control)
	r.Path(metricsPath).Methods(http.MethodGet, http.MethodHead).Handler(e.Metrics)
	r.Path(agentPath).HandlerFunc(e.agent)
	r.NotFoundHandler = http.HandlerFunc(e.notFound)
	r.MethodNotAllowedHandler = r.NotFoundHandler
	return r
}

// messages is the service for which AWS's plugin signs the upgrade to a data channel.
// Source: recorded-exec.md X10.
const messages = "ssmmessages"

type endpoint struct {
	Parts
	services *directory
	guard    *guard
	upstream http.Handler // nil if there is none
}

// aws serves the path /.
func (e *endpoint) aws(w http.ResponseWriter, r *http.Request) {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		prefix, _, _ := strings.Cut(target, ".")
		if service := cmp.Or(e.services.byTarget[target], e.services.byTarget[prefix]); service != nil {
			service.ServeHTTP(w, r)
			return
		}
		e.pass(w, r, target)
		return
	}
	scope, signed, err := awsapi.ScopeOf(r)
	if refusal := awsapi.Refuse(err, isForm(r), false); refusal != nil {
		e.refuse(w, refusal, writer(r))
		return
	}
	if service := e.services.byName[scope.Service]; service != nil {
		service.ServeHTTP(w, r)
		return
	}
	form := e.form(r)
	if signed && scope.Service != "" {
		e.pass(w, r, strings.TrimSuffix(scope.Service+" "+form.Get("Action"), " "))
		return
	}
	if service := e.services.byVersion[form.Get("Version")]; service != nil {
		service.ServeHTTP(w, r)
		return
	}
	if e.upstream != nil {
		e.forward(w, r)
		return
	}
	e.notAWS(w, r, form)
}

// maxForm bounds what is read of a form before its service is known.
const maxForm = 1 << 20

// isForm reports whether a request is of AWS Query.
func isForm(r *http.Request) bool {
	if r.Method == http.MethodGet {
		return r.URL.Query().Has("Action")
	}
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}

// form reads the parameters of a Query request and leaves the body to be read again.
func (e *endpoint) form(r *http.Request) url.Values {
	if r.Method == http.MethodGet {
		return r.URL.Query()
	}
	if !isForm(r) {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxForm))
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), r.Body), r.Body}
	if err != nil {
		return nil // the service will find out, too
	}
	form, _ := url.ParseQuery(string(unpacked(r, body)))
	return form
}

// unpacked is the beginning of a form that may be packed. What cannot be unpacked its service refuses.
func unpacked(r *http.Request, body []byte) []byte {
	if !strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip") {
		return body
	}
	packed, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil
	}
	text, _ := io.ReadAll(io.LimitReader(packed, maxForm)) // as far as it goes
	return text
}

// pass sends a request for a service that is not here on.
func (e *endpoint) pass(w http.ResponseWriter, r *http.Request, what string) {
	if e.upstream != nil {
		e.forward(w, r)
		return
	}
	e.unknown(w, what, writer(r))
}

// unknown answers a request for a service that is not built, loudly: SDKs do not
// retry a 501.
func (e *endpoint) unknown(w http.ResponseWriter, what string, write func(http.ResponseWriter, *awsapi.Error)) {
	instead := "it has " + strings.Join(e.services.names, ", ")
	if publicRegistry.MatchString(what) {
		instead = "it has no public registry. Tasks pull public images from where their names say: leave out the login"
	}
	e.refuse(w, &awsapi.Error{
		Code: "NotImplementedException", Status: http.StatusNotImplemented,
		Message: fmt.Sprintf("ecs-emulator does not implement %s: %s. With --upstream URL requests for other services go there, "+
			"such as to moto or LocalStack; see COMPATIBILITY.md.", what, instead),
	}, write)
}

// publicRegistry is how requests for Amazon ECR Public are called: by the target or the signature.
// Source: the SDK's models.
var publicRegistry = lazyregexp.New(`^(SpencerFrontendService\.|ecr-public( |$))`)

// notAWS answers what no AWS client has sent.
func (e *endpoint) notAWS(w http.ResponseWriter, r *http.Request, form url.Values) {
	message := "This is ecs-emulator. Send AWS requests here (--endpoint-url, AWS_ENDPOINT_URL), or see /_emulator/health."
	if action := form.Get("Action"); action != "" {
		message = fmt.Sprintf("The action %s is not signed, and its Version %q is that of no service of ecs-emulator.", action, form.Get("Version"))
	} else if r.Method == http.MethodPost {
		message = "The request has neither a header X-Amz-Target nor a signature nor an Action, so it is not known which service it is for."
	}
	e.refuse(w, &awsapi.Error{Code: "UnknownOperationException", Status: http.StatusNotFound, Message: message}, writeJSON)
}

// agentPath is where the container agent polls for work and sends its metrics, below what
// DiscoverPollEndpoint answers. Source: amazon-ecs-agent.
const agentPath = "/ws"

// agent refuses a container agent, which tries again later.
func (e *endpoint) agent(w http.ResponseWriter, _ *http.Request) {
	e.refuse(w, &awsapi.Error{
		Code: "NotImplementedException", Status: http.StatusNotImplemented,
		Message: "ecs-emulator does not implement the websockets of the container agent at " + agentPath + " yet; see " + awsapi.Page("ecs") + ".",
	}, writeJSON)
}

// notFound answers paths that no part has. What is signed for a service that is not here does
// not come here.
func (e *endpoint) notFound(w http.ResponseWriter, r *http.Request) {
	if _, signed, err := awsapi.ScopeOf(r); e.upstream != nil && (err != nil || !signed) {
		e.forward(w, r)
		return
	}
	e.refuse(w, &awsapi.Error{
		Code: "UnknownOperationException", Status: http.StatusNotFound,
		Message: fmt.Sprintf("ecs-emulator has nothing at %s %s: the APIs of AWS that it has are at the path /, or are told by the signature of a request.",
			r.Method, r.URL.Path),
	}, writeJSON)
}

func (e *endpoint) refuse(w http.ResponseWriter, refusal *awsapi.Error, write func(http.ResponseWriter, *awsapi.Error)) {
	if refusal.Status == 0 {
		refusal.Status = http.StatusBadRequest
	}
	e.Log.Warn("request for no service", "status", refusal.Status, "error", refusal.Code, "reason", refusal.Message)
	write(w, refusal)
}
