package handlers

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// directory finds the service that a request is for, by what the services say of
// themselves.
type directory struct {
	names []string // for people
	// byTarget is by what stands before the dot in X-Amz-Target, and for the operations that are
	// kept of services which are left to the upstream by all of it; byName by the service
	// in the credential scope, byVersion by the Version of a form, byPath by the service in a path
	// of Smithy RPC v2. Those in REST JSON have paths of their own, of
	// which none says whose it is: they are found by the credential scope alone, byScope.
	byTarget, byName, byVersion, byPath, byScope map[string]http.Handler
}

func newDirectory(services, kept []awsapi.Service, o awsapi.Options) *directory {
	d := &directory{
		byTarget: map[string]http.Handler{}, byName: map[string]http.Handler{}, byVersion: map[string]http.Handler{},
		byPath: map[string]http.Handler{}, byScope: map[string]http.Handler{},
	}
	for _, s := range services {
		handler := s.Handler(o)
		d.names = append(d.names, shortTitle(s))
		put(d.byName, s.Name, handler)
		for _, p := range s.Protocols() {
			switch p := p.(type) {
			case awsapi.JSON:
				put(d.byTarget, p.TargetPrefix, handler)
			case awsapi.REST:
				put(d.byScope, s.Name, handler)
			case awsapi.CBOR:
				put(d.byPath, p.Service, handler)
			case awsapi.Query:
				put(d.byVersion, p.Version, handler)
			}
		}
	}
	for _, s := range kept {
		handler := s.Handler(o)
		for _, operation := range s.Operations {
			put(d.byTarget, s.Protocol.(awsapi.JSON).TargetPrefix+"."+operation.Name, handler)
		}
	}
	return d
}

// shortTitle names a service for people: CloudWatch, and not monitoring as in signatures.
func shortTitle(s awsapi.Service) string {
	return strings.TrimPrefix(strings.TrimPrefix(cmp.Or(s.Title, s.Name), "Amazon "), "AWS ")
}

// put panics where two services could not be told apart.
func put(by map[string]http.Handler, key string, handler http.Handler) {
	if key == "" || by[key] != nil {
		panic("two services are called " + key + ", or one is not called at all")
	}
	by[key] = handler
}
