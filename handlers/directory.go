package handlers

import (
	"net/http"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// directory finds the service that a request is for, by what the services say of
// themselves.
type directory struct {
	names []string
	// byTarget is by what stands before the dot in X-Amz-Target, byName by the service
	// in the credential scope, byVersion by the Version of a form.
	byTarget, byName, byVersion map[string]http.Handler
}

func newDirectory(services []awsapi.Service, o awsapi.Options) *directory {
	d := &directory{byTarget: map[string]http.Handler{}, byName: map[string]http.Handler{}, byVersion: map[string]http.Handler{}}
	for _, s := range services {
		handler := s.Handler(o)
		d.names = append(d.names, s.Name)
		put(d.byName, s.Name, handler)
		switch p := s.Protocol.(type) {
		case awsapi.JSON:
			put(d.byTarget, p.TargetPrefix, handler)
		case awsapi.Query:
			put(d.byVersion, p.Version, handler)
		}
	}
	return d
}

// put panics where two services could not be told apart.
func put(by map[string]http.Handler, key string, handler http.Handler) {
	if key == "" || by[key] != nil {
		panic("two services are called " + key + ", or one is not called at all")
	}
	by[key] = handler
}
