package registry

import (
	"context"
	"net/http"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

type relayKey struct{}

// OverRelay passes on what comes over the relay from the engine's host, if it is for the registry: unsigned requests to paths
// below Prefix.
func OverRelay(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, signed, err := awsapi.ScopeOf(req)
		if signed || err != nil || !strings.HasPrefix(req.URL.Path+"/", Prefix) {
			http.NotFound(w, req)
			return
		}
		next.ServeHTTP(w, req.WithContext(context.WithValue(req.Context(), relayKey{}, true)))
	})
}

// cameOverRelay reports whether a request has come over the relay.
func cameOverRelay(ctx context.Context) bool {
	over, _ := ctx.Value(relayKey{}).(bool)
	return over
}
