package awsapi

import (
	"cmp"
	"context"
	"net/http"
	"reflect"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// Service is an API of AWS: how it is asked for, how it speaks, and what it can do.
type Service struct {
	// Name is the service in a signature's credential scope: "ecs". It names it in logs
	// and metrics, too.
	Name string
	// ID is the SDK's service id, by which settings are called: "Auto Scaling".
	ID string
	// Title is the name for users: "Amazon ECS".
	Title string
	// Protocol is how it speaks.
	Protocol Protocol
	// Others are further protocols of the same operations. A request is in the first one that
	// its path and headers allow; the last one is that of all other requests.
	Others []Protocol
	// Actions is the service in the actions of policies where that is not the Name:
	// "cloudwatch" of "monitoring".
	Actions string
	// Operations is the one table of them.
	Operations []Operation
	// Access says what operations ask of the policies of their callers.
	Access Rows
	// Tags returns the tags of a resource of the service by its ARN, for conditions on them; none if it is not there. Nil: its
	// resources have none.
	Tags func(resourceARN string) []tagging.Tag
	// Policies returns the policies that a resource of the service has itself, by its ARN; none if it is not there. Nil: its
	// resources have none.
	Policies func(resourceARN string) []policy.Source
	// Complete says that Operations has all that the SDK has. An operation of another
	// name is then one that AWS does not know; else it is one that is not built.
	Complete bool
	// Shared says that operations which are not built are left to Options.Elsewhere, if there is one.
	Shared bool
	// Statuses are the HTTP statuses of error codes that the model gives one other than
	// 400: "NoSuchEntity": 404.
	Statuses map[string]int
	// Model is what is demanded of requests before their operation sees them; nil if the codec
	// or the operations see to it.
	Model Model
	// MaxBody is the largest request body in bytes where it is larger than that of the
	// Options.
	MaxBody int64
}

// Model is what AWS's public API model demands of requests. The package constraint has it.
type Model interface {
	// Check returns the refusal of an operation's input, or nil.
	Check(operation string, in any) error
	// Prepare reports whether the model knows an operation with an input of a type.
	Prepare(operation string, in reflect.Type) (known bool)
}

// Support says how far an operation is built.
type Support string

// The levels of support.
const (
	works    Support = "works"     // as on AWS, as far as its behaviour is known
	partial  Support = "partial"   // works, apart from what the note names
	notBuilt Support = "not built" // answers 501 NotImplementedException
)

// Operation is an entry of a service's table, made by [Works], [Partial], [Refuses], [NotBuilt] or [NotBuiltWith].
type Operation struct {
	Name    string
	Support Support
	// Note is one line: what it does that is worth knowing, or what is missing.
	Note string
	// Input and Output are the types of the method, nil where there is none. NotBuiltWith has an Input alone.
	Input, Output reflect.Type

	asksItself bool
	row        *Row // nil: it asks for nothing
	serve      func(ctx context.Context, p protocol, x *exchange, answer *payload) error
}

// Works is an operation that does what AWS does. Its method has the signature of the
// SDK's client, without options:
//
//	awsapi.Works("RunTask", "what is worth knowing", api.RunTask)
//
// The method's error should be an exception of the SDK's or an [*Error], which may
// be wrapped; any other is logged and answered as an error on our side. In AWS JSON an
// output may be a wire.Appender, which writes its own JSON, or [Pieces], which have it.
//
// In is a pointer to the input. Functions over pointers are compiled once for all of them.
func Works[In, O any](name, note string, method func(context.Context, In) (O, error)) Operation {
	return operation(name, works, note, method)
}

// Partial is an operation of which the note says what is missing.
func Partial[In, O any](name, note string, method func(context.Context, In) (O, error)) Operation {
	return operation(name, partial, note, method)
}

// Refuses is an operation that is not built, and whose method never succeeds: it refuses
// what AWS refuses as well, in AWS's words, and the rest with [NotImplemented].
func Refuses[In, O any](name, needs string, method func(context.Context, In) (O, error)) Operation {
	return operation(name, notBuilt, "needs "+needs, method)
}

// NotBuilt is an operation that the SDK has and the emulator has not: it answers 501
// NotImplementedException with a message that names it.
func NotBuilt(name, needs string) Operation {
	return Operation{
		Name: name, Support: notBuilt, Note: "needs " + needs,
		serve: func(_ context.Context, _ protocol, x *exchange, _ *payload) error {
			return notImplemented(x.call.Service, name+" yet")
		},
	}
}

// NotBuiltWith is [NotBuilt] of an operation whose input is known. Where callers are authorized it refuses first what the
// service's model refuses, and callers that may not do it, as AWS would.
func NotBuiltWith[I any](name, needs string) Operation {
	return notBuiltWith(name, needs, reflect.TypeFor[I]())
}

// notBuiltWith does it, once for all types of inputs.
//
//go:noinline
func notBuiltWith(name, needs string, input reflect.Type) Operation {
	o := NotBuilt(name, needs)
	refuse := o.serve
	o.Input = input
	o.serve = func(ctx context.Context, p protocol, x *exchange, answer *payload) error {
		if x.call.Authorize != nil {
			if err := x.admit(ctx, p, reflect.New(input).Interface()); err != nil {
				return err
			}
		}
		return refuse(ctx, p, x, answer)
	}
	return o
}

func operation[In, O any](name string, support Support, note string, method func(context.Context, In) (O, error)) Operation {
	return called(name, support, note, reflect.TypeFor[In]().Elem(), reflect.TypeFor[O](), func(ctx context.Context, in any) (any, error) {
		return method(ctx, in.(In))
	})
}

// called is an operation by its types and a method that takes a pointer to an input.
func called(name string, support Support, note string, input, output reflect.Type, method func(ctx context.Context, in any) (any, error)) Operation {
	serve := func(ctx context.Context, p protocol, x *exchange, answer *payload) error {
		in := reflect.New(input).Interface()
		if err := x.admit(ctx, p, in); err != nil {
			return err
		}
		out, err := method(ctx, in)
		if err != nil {
			return err
		}
		p.encode(x, answer, out)
		return nil
	}
	return Operation{Name: name, Support: support, Note: note, Input: input, Output: output, serve: serve}
}

// AsksItself marks an operation whose method asks [Allow] for its own action, with the resources
// that it finds. The front end does not ask for it.
func (o Operation) AsksItself() Operation {
	o.asksItself = true
	return o
}

// Answered is the operation with a method over any values of its types, which nothing but its protocol
// checks. It is for tests of protocols.
func (o Operation) Answered(method func(in any) (out any)) Operation {
	o.serve = func(_ context.Context, p protocol, x *exchange, answer *payload) error {
		in := reflect.New(o.Input).Interface()
		if err := p.decode(x, in); err != nil {
			return err
		}
		p.encode(x, answer, method(in))
		return nil
	}
	return o
}

// Built reports whether there is a method.
func (o Operation) Built() bool { return o.Support != notBuilt }

func (s Service) Protocols() []Protocol { return append([]Protocol{s.Protocol}, s.Others...) }

// Handler returns the service's front end.
func (s Service) Handler(o Options) http.Handler {
	f := &frontEnd{Service: s, options: o.withDefaults(s.Name)}
	for _, p := range s.Protocols() {
		f.protocols = append(f.protocols, p.of(s.Name))
	}
	f.Actions = cmp.Or(s.Actions, s.Name)
	f.options.MaxBody = max(f.options.MaxBody, s.MaxBody)
	f.byName = make(map[string]*Operation, len(s.Operations))
	for i := range s.Operations {
		f.byName[s.Operations[i].Name] = s.asking(f.Actions, s.Operations[i])
	}
	return f
}

// asking is an operation with its row, if it is one that the front end asks for.
func (s *Service) asking(actions string, o Operation) *Operation {
	if o.Input == nil || o.asksItself {
		return &o
	}
	row := s.Access[o.Name].compile(actions, o.Name, o.Input)
	o.row = &row
	return &o
}

// admit reads an input, holds it against the model, and asks what the row of the operation says.
func (x *exchange) admit(ctx context.Context, p protocol, in any) error {
	if err := p.decode(x, in); err != nil {
		return err
	}
	if x.model != nil {
		if err := x.model.Check(x.call.Operation, in); err != nil {
			return err
		}
	}
	return x.allow(ctx, in)
}

// allow asks for what the row of the operation says.
func (x *exchange) allow(ctx context.Context, in any) error {
	if x.call.Authorize == nil || x.row == nil {
		return nil
	}
	return AllowAll(ctx, x.row.asks(x.call, in))
}
