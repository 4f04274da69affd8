// Package calledby marks calls that this process makes in the name of a service, such as AWS CodeDeploy, which may do what the
// users of that service may not. The mark is in the context of a call: no request of a client can bring it.
//
// A caller marks each call by itself. A context that is marked must not reach calls for others.
package calledby

import "context"

// key is the key of a context whose calls are a service's.
type key struct{}

// With is a context of calls in the name of a service, by its service principal: "codedeploy.amazonaws.com".
func With(ctx context.Context, service string) context.Context {
	return context.WithValue(ctx, key{}, service)
}

// Service is the service that makes a call, by the context of the call; empty for all clients.
func Service(ctx context.Context) string {
	service, _ := ctx.Value(key{}).(string)
	return service
}
