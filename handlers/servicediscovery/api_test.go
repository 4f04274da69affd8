package servicediscovery_test

import (
	"context"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// promises holds the operations that some test called with success.
var promises apitest.Promises

func TestMain(m *testing.M) {
	os.Exit(promises.Main(m, servicediscovery.New(servicediscovery.Options{}).Service()))
}

func TestTable(t *testing.T) {
	apitest.Table(t, servicediscovery.New(servicediscovery.Options{}).Service(), reflect.TypeFor[*sdk.Client](), reflect.TypeFor[*servicediscovery.API]())
}

var scope = arn.Scope{Region: "us-east-1", Account: "123456789012"}

// scene is an API over an empty store, and a client of it.
type scene struct {
	*apitest.Scene
	*sdk.Client
}

func newScene(t *testing.T, options ...func(*servicediscovery.Options)) *scene {
	t.Helper()
	s := apitest.NewScene(t, scope)
	o := servicediscovery.Options{Store: s.Store, Now: s.Clock}
	for _, set := range options {
		set(&o)
	}
	config := s.Serve(servicediscovery.New(o).Service(), &promises)
	return &scene{s, sdk.NewFromConfig(config, func(o *sdk.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Initialize.Add(withoutPrefix, middleware.Before)
		})
	})}
}

// withoutPrefix has the client leave the name of the host as it is.
var withoutPrefix = middleware.InitializeMiddlewareFunc("WithoutHostPrefix", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	return next.HandleInitialize(smithyhttp.DisableEndpointHostPrefix(ctx, true), in)
})

// done is the operation with an id, which has succeeded.
func (s *scene) done(id *string) *types.Operation {
	s.T.Helper()
	o := apitest.OK(s.T, s.GetOperation, &sdk.GetOperationInput{OperationId: id}).Operation
	if o.Status != types.OperationStatusSuccess {
		s.T.Fatalf("operation %s: %s %s", *id, o.Status, aws.ToString(o.ErrorMessage))
	}
	return o
}

// httpNamespace makes an HTTP namespace and returns its id.
func (s *scene) httpNamespace(name string) string {
	s.T.Helper()
	out := apitest.OK(s.T, s.CreateHttpNamespace, &sdk.CreateHttpNamespaceInput{Name: &name})
	return s.done(out.OperationId).Targets["NAMESPACE"]
}

// privateNamespace makes a private namespace of a VPC and returns its id.
func (s *scene) privateNamespace(name, vpc string) string {
	s.T.Helper()
	out := apitest.OK(s.T, s.CreatePrivateDnsNamespace, &sdk.CreatePrivateDnsNamespaceInput{Name: &name, Vpc: &vpc})
	return s.done(out.OperationId).Targets["NAMESPACE"]
}

// service makes a service.
func (s *scene) service(in *sdk.CreateServiceInput) *types.Service {
	s.T.Helper()
	return apitest.OK(s.T, s.CreateService, in).Service
}

// register puts an instance into a service, with attributes as name, value.
func (s *scene) register(service, id string, attributes ...string) {
	s.T.Helper()
	in := &sdk.RegisterInstanceInput{ServiceId: &service, InstanceId: &id, Attributes: map[string]string{}}
	for i := 0; i < len(attributes); i += 2 {
		in.Attributes[attributes[i]] = attributes[i+1]
	}
	s.done(apitest.OK(s.T, s.RegisterInstance, in).OperationId)
}

// records are the DnsConfig of a service.
func records(policy types.RoutingPolicy, kinds ...types.RecordType) *types.DnsConfig {
	c := &types.DnsConfig{RoutingPolicy: policy}
	for _, kind := range kinds {
		c.DnsRecords = append(c.DnsRecords, types.DnsRecord{Type: kind, TTL: aws.Int64(60)})
	}
	return c
}

// refused checks that a call is refused with a code, and a text that has a part.
func refused[In, Out any](t *testing.T, call apitest.Operation[In, Out, sdk.Options], in *In, code, part string) {
	t.Helper()
	_, err := call(t.Context(), in)
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code || !strings.Contains(api.ErrorMessage(), part) {
		t.Errorf("%T answers %v, want %s: %s", in, err, code, part)
	}
}
