package awsapi

import "context"

// Access is something that a principal wants to do, in the words of policies.
type Access struct {
	Action   string            // "ecs:RunTask"
	Resource string            // an ARN, or "*"
	Keys     map[string]string // condition keys of the action: "iam:PassedToService"
}

// Authorizer decides whether a caller may do what it wants. Its error is what the operation answers:
// AWS's refusal, in the words of the service.
type Authorizer func(ctx context.Context, caller Call, wants Access) error

// Allow asks whether the call that ctx carries may do something. A front end asks it for each
// operation of its table, with the operation's name and without a resource. A method asks it as
// well for what only it knows: the resources of an operation that is marked by
// [Operation.AsksItself], and the actions of other operations that it does on the way.
func Allow(ctx context.Context, action, resource string, keys map[string]string) error {
	call := FromContext(ctx)
	if call.Authorize == nil {
		return nil
	}
	return call.Authorize(ctx, call, Access{Action: action, Resource: resource, Keys: keys})
}

// AsksItself marks an operation whose method asks [Allow] for its own action, with the resources
// that it finds. The front end does not ask for it.
func (o Operation) AsksItself() Operation {
	o.asksItself = true
	return o
}
