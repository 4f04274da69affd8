package apiclient

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire/query"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire/rest"
)

// Operation is an operation of a service, and how it is called. One that has no Codec and no Form is completed by its service,
// which [Options].Services has.
type Operation struct {
	Service string // as the SDK calls it: "Secrets Manager"
	Signed  string // in a signature: "secretsmanager"
	Target  string // of AWS JSON: prefix of X-Amz-Target
	JSON10  bool   // of AWS JSON: version 1.0, not 1.1
	Version string // of AWS Query and EC2's dialect: of the API
	Name    string
	Errors  []string // those that its model has
	// Codec is of JSON. In AWS Query without a Form it writes inputs, such as [wire.Raw], and answers are not read.
	Codec *wire.Codec
	// Form is of AWS Query, or EC2's dialect.
	Form *query.Codec
	// Route is of REST JSON.
	Route *rest.Route
}

// Of is an operation of a service, by its name in signatures, that the client's [Options].Services completes: Of("ec2", "CreateVpc").
func Of(signed, name string) Operation { return Operation{Signed: signed, Name: name} }

// Service is how the operations of a service are called.
type Service struct {
	// Each is any operation of it, without a name and a route.
	Each Operation
	// Routes are of REST JSON: one for each operation.
	Routes []rest.Route
}

// Operation is the operation of a name, whether there is one or not.
func (s *Service) Operation(name string) Operation {
	op := s.Each
	op.Name = name
	for i := range s.Routes {
		if s.Routes[i].Operation == name {
			op.Route = &s.Routes[i]
			break
		}
	}
	return op
}

// complete is an operation with how it is called.
func (c *Client) complete(op Operation) (Operation, error) {
	if op.Codec != nil || op.Form != nil {
		return op, nil
	}
	var of *Service
	if c.options.Services != nil {
		of = c.options.Services(op.Signed)
	}
	if of == nil {
		return op, fmt.Errorf("call %s: ecs-emulator does not know how %s is called", op.Name, op.Signed)
	}
	errors := op.Errors
	op = of.Operation(op.Name)
	op.Errors = errors
	if op.Route == nil && len(of.Routes) > 0 {
		return op, fmt.Errorf("call %s: ecs-emulator does not know its path", op.Name)
	}
	return op, nil
}

// request is the request of an operation with an input, and its body.
func (op *Operation) request(ctx context.Context, host string, in any) (*http.Request, []byte, error) {
	method, target, media := http.MethodPost, "/", "application/json"
	var body []byte
	var err error
	switch {
	case op.Route != nil:
		var rest any
		if target, rest, err = op.Route.Write(in); err != nil {
			return nil, nil, err
		}
		if method = op.Route.Method; rest != nil {
			body = op.Codec.Marshal(rest)
		}
	case op.Form != nil:
		values := url.Values{"Action": {op.Name}, "Version": {op.Version}}
		op.Form.Form(values, in)
		body, media = []byte(values.Encode()), formType
	case op.Version != "":
		if body, err = form(*op, op.Codec.Marshal(in)); err != nil {
			return nil, nil, err
		}
		media = formType
	default:
		body, media = op.Codec.Marshal(in), "application/x-amz-json-1.1"
		if op.JSON10 {
			media = "application/x-amz-json-1.0"
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://"+host+target, bytes.NewReader(body))
	if err != nil {
		return nil, nil, fmt.Errorf("make a request: %w", err)
	}
	if body != nil {
		r.Header.Set("Content-Type", media)
	}
	if op.Target != "" {
		r.Header.Set("X-Amz-Target", op.Target+"."+op.Name)
	}
	return r, body, nil
}

const formType = "application/x-www-form-urlencoded"

// read reads the answer of a call that has succeeded.
func (op *Operation) read(body []byte, out any) error {
	if op.Form != nil {
		return op.Form.Read(body, out)
	}
	return op.Codec.Unmarshal(body, out)
}

// refusal is code and message of a call that has failed.
func (op *Operation) refusal(got *answer) (code, message string) {
	switch {
	case op.Version != "" && op.Form != nil && op.Form.EC2():
		return ec2Refusal(got.body.Bytes())
	case op.Version != "":
		return queryRefusal(got.body.Bytes())
	}
	code, message = jsonRefusal(got.body.Bytes())
	if op.Route != nil {
		named, _, _ := strings.Cut(got.first("x-amzn-errortype"), ":")
		code = cmp.Or(named, code)
	}
	return code, message
}
