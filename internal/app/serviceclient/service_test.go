package serviceclient

import (
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/handlers/acm"
	"github.com/ecs-emulator/ecs-emulator/handlers/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/handlers/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/handlers/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecr"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/handlers/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/handlers/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/handlers/iam"
	"github.com/ecs-emulator/ecs-emulator/handlers/resourcegroupstaggingapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/scheduler"
	"github.com/ecs-emulator/ecs-emulator/handlers/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/handlers/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/handlers/ssm"
	"github.com/ecs-emulator/ecs-emulator/handlers/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

func services() []awsapi.Service {
	return []awsapi.Service{
		acm.New(acm.Options{}).Service(), applicationautoscaling.New(nil, nil).Service(), autoscaling.New(autoscaling.Options{}).Service(),
		cloudformation.New(cloudformation.Options{}).Service(), cloudwatch.New(cloudwatch.Options{}).Service(), cloudwatchlogs.New(nil, nil).Service(),
		codedeploy.New(codedeploy.Options{}).Service(), ec2.New(ec2.Options{}).Service(),
		ecr.New(ecr.Options{}).Service(), ecs.New(ecs.Options{}).Service(), elasticloadbalancingv2.New(elasticloadbalancingv2.Options{}).Service(),
		eventbridge.New(eventbridge.Options{}).Service(), iam.New(nil, nil, nil).Service(),
		resourcegroupstaggingapi.New(resourcegroupstaggingapi.Options{}).Service(), scheduler.New(scheduler.Options{}).Service(),
		secretsmanager.New(secretsmanager.Options{}).Service(), servicediscovery.New(servicediscovery.Options{}).Service(),
		ssm.New(ssm.Options{}).Service(), sts.New(sts.Options{}).Service(),
	}
}

// unchecked is a protocol whose codec demands nothing of inputs.
func unchecked(p awsapi.Protocol) awsapi.Protocol {
	if p, ok := p.(awsapi.JSON); ok && p.Codec != nil {
		p.Codec = p.Codec.WithRules(nil)
		return p
	}
	return p
}

var scope = arn.Scope{Account: "123456789012", Region: "eu-west-1"}

// TestOperationsAreCalledAsServersReadThem sends an input in which every member is set, and reads such an output, for each
// operation that is built.
func TestOperationsAreCalledAsServersReadThem(t *testing.T) {
	read := 0
	for _, s := range services() {
		services := Find([]awsapi.Service{s})
		s.Protocol, s.Model = unchecked(s.Protocol), nil
		for _, o := range s.Operations {
			if !o.Built() {
				continue
			}
			var received, out any
			answer := reflect.Zero(o.Output)
			if o.Output.Implements(reflect.TypeFor[awsapi.Pieces]()) {
				answer = reflect.New(o.Output.Elem())
			}
			if o.Output.Kind() == reflect.Pointer && strings.Contains(o.Output.Elem().PkgPath(), "/internal/base/sdk/") {
				answer, out = apitest.Filled(o.Output.Elem()), reflect.New(o.Output.Elem()).Interface()
				read++
			}
			one := s
			one.Operations = []awsapi.Operation{o.Answered(func(in any) any {
				received = in
				return answer.Interface()
			})}
			client := apiclient.New(apiclient.Options{
				Endpoint: one.Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler)}), Host: "localhost", Services: services,
			})
			sent := apitest.Filled(o.Input).Interface()
			if err := client.Do(t.Context(), apiclient.Root(scope), apiclient.Of(s.Name, o.Name), sent, out); err != nil {
				t.Errorf("%s %s: %v", s.Name, o.Name, err)
				continue
			}
			if diff := cmp.Diff(sent, received, members); diff != "" {
				t.Errorf("%s %s: the server does not read what is sent (-sent +read):\n%s", s.Name, o.Name, diff)
			}
			if out == nil {
				continue
			}
			if diff := cmp.Diff(answer.Interface(), out, members); diff != "" {
				t.Errorf("%s %s: the client does not read the answer (-written +read):\n%s", s.Name, o.Name, diff)
			}
		}
	}
	if read < 300 {
		t.Errorf("only %d outputs are read", read)
	}
}

// members leaves out what is not on the wire.
var members = cmp.FilterPath(func(p cmp.Path) bool {
	field, ok := p.Last().(cmp.StructField)
	return ok && (field.Name() == "ResultMetadata" || field.Name()[0] >= 'a')
}, cmp.Ignore())

// TestEachServiceIsHere looks for services that are not in the list of this test.
func TestEachServiceIsHere(t *testing.T) {
	found := map[string]bool{}
	err := filepath.WalkDir(filepath.Join("..", "..", "..", "handlers"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		text, err := os.ReadFile(path)
		if strings.Contains(string(text), ") Service() awsapi.Service {") {
			found[filepath.Dir(path)] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != len(services()) {
		t.Errorf("%d services are tried here; handlers has %d: %v", len(services()), len(found), found)
	}
}

// TestRefusals are read in each protocol.
func TestRefusals(t *testing.T) {
	for _, s := range services() {
		if s.Name != "ec2" && s.Name != "iam" && s.Name != "scheduler" && s.Name != "ecs" && s.Name != "monitoring" {
			continue
		}
		of := s.Operations[slices.IndexFunc(s.Operations, awsapi.Operation.Built)]
		name, in := of.Name, apitest.Filled(of.Input).Interface()
		refusing := s
		refusing.Operations = []awsapi.Operation{awsapi.NotBuilt(name, "a test")}
		client := apiclient.New(apiclient.Options{
			Endpoint: refusing.Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler)}), Host: "localhost", Services: Find([]awsapi.Service{refusing}),
		})
		err := client.Do(t.Context(), apiclient.Root(scope), apiclient.Of(s.Name, name), in, nil)
		var refused *apiclient.Error
		if !errors.As(err, &refused) || refused.Code != "NotImplementedException" || refused.Status != http.StatusNotImplemented ||
			!strings.Contains(refused.Message, name) || refused.RequestID == "" || refused.Service != s.ID {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
	client := apiclient.New(apiclient.Options{Services: Find(nil)})
	if err := client.Do(t.Context(), apiclient.Root(scope), apiclient.Of("ec2", "CreateVpc"), nil, nil); err == nil {
		t.Error("an operation of an unknown service is called")
	}
}
