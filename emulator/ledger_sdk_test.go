package emulator_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/app/reference/factledger"
)

// sdkClients have a method for each operation of a service.
var sdkClients = map[string]reflect.Type{
	"acm":                     reflect.TypeFor[*acm.Client](),
	"application-autoscaling": reflect.TypeFor[*applicationautoscaling.Client](),
	"autoscaling":             reflect.TypeFor[*autoscaling.Client](),
	"cloudformation":          reflect.TypeFor[*cloudformation.Client](),
	"codedeploy":              reflect.TypeFor[*codedeploy.Client](),
	"ec2":                     reflect.TypeFor[*ec2.Client](),
	"ecr":                     reflect.TypeFor[*ecr.Client](),
	"ecs":                     reflect.TypeFor[*ecs.Client](),
	"elasticloadbalancing":    reflect.TypeFor[*elasticloadbalancingv2.Client](),
	"events":                  reflect.TypeFor[*eventbridge.Client](),
	"iam":                     reflect.TypeFor[*iam.Client](),
	"logs":                    reflect.TypeFor[*cloudwatchlogs.Client](),
	"monitoring":              reflect.TypeFor[*cloudwatch.Client](),
	"scheduler":               reflect.TypeFor[*scheduler.Client](),
	"secretsmanager":          reflect.TypeFor[*secretsmanager.Client](),
	"servicediscovery":        reflect.TypeFor[*servicediscovery.Client](),
	"ssm":                     reflect.TypeFor[*ssm.Client](),
	"sts":                     reflect.TypeFor[*sts.Client](),
	"tagging":                 reflect.TypeFor[*resourcegroupstaggingapi.Client](),
}

// sdkUnions are the interfaces among the SDK's types, with their variants.
var sdkUnions = map[reflect.Type][]reflect.Type{
	reflect.TypeFor[types.DescribeGatewayConfiguration]():         {reflect.TypeFor[types.DescribeGatewayConfigurationMemberHostSharedAlb]()},
	reflect.TypeFor[types.GatewayConfiguration]():                 {reflect.TypeFor[types.GatewayConfigurationMemberHostSharedAlb]()},
	reflect.TypeFor[types.GatewayConnectionResources]():           {reflect.TypeFor[types.GatewayConnectionResourcesMemberHostSharedAlb]()},
	reflect.TypeFor[types.GatewayElbAccessLogDestination]():       {reflect.TypeFor[types.GatewayElbAccessLogDestinationMemberS3]()},
	reflect.TypeFor[types.GatewayInfrastructureResources]():       {reflect.TypeFor[types.GatewayInfrastructureResourcesMemberHostSharedAlb]()},
	reflect.TypeFor[types.GatewayRouteResources]():                {reflect.TypeFor[types.GatewayRouteResourcesMemberHostSharedAlb]()},
	reflect.TypeFor[types.ServiceConnectContainerConfiguration](): {reflect.TypeFor[types.ServiceConnectContainerConfigurationMemberLogLevel]()},
	reflect.TypeFor[types.SharingStrategy]():                      {reflect.TypeFor[types.SharingStrategyMemberNvidiaMps]()},
	reflect.TypeFor[types.UpdateGatewayConfiguration]():           {reflect.TypeFor[types.UpdateGatewayConfigurationMemberHostSharedAlb]()},
	reflect.TypeFor[cloudwatchtypes.EvaluationCriteria]():         {reflect.TypeFor[cloudwatchtypes.EvaluationCriteriaMemberPromQLCriteria]()},
	reflect.TypeFor[cloudwatchtypes.EvaluationWindow]():           {reflect.TypeFor[cloudwatchtypes.EvaluationWindowMemberSlidingWindow](), reflect.TypeFor[cloudwatchtypes.EvaluationWindowMemberWallClockWindow]()},
}

// smallNames are services whose members begin with a small letter on the wire.
var smallNames = []string{"codedeploy", "ecr", "ecs", "logs"}

// ledgerServices are the services of the emulator, with what the SDK's types and the public models say of their operations.
func ledgerServices(t *testing.T) (services []factledger.Service) {
	t.Helper()
	modelled, tests := factledger.Modelled(), ledgerTests(t)
	for _, s := range emulator.Services() {
		client := sdkClients[s.Name]
		if client == nil {
			t.Fatalf("%s has no client in sdkClients", s.Name)
		}
		service := factledger.Service{Name: s.Name, Title: s.Title, Module: sdkModule(t, client.Elem().PkgPath())}
		for _, o := range s.Operations {
			method, found := client.MethodByName(o.Name)
			if !found {
				t.Errorf("the SDK has no %s %s", s.Name, o.Name)
				continue
			}
			small := slices.Contains(smallNames, s.Name)
			service.Operations = append(service.Operations, factledger.Operation{
				Name: o.Name, Request: factledger.NewShape(method.Type.In(2), small, sdkUnions), Answer: factledger.NewShape(method.Type.Out(0), small, sdkUnions),
				Errors: modelled[s.Name][o.Name], Built: o.Built(), Tests: tests[s.Name+" "+o.Name],
			})
		}
		services = append(services, service)
	}
	return services
}

// sdkModule is a module of the SDK with its version.
func sdkModule(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(regexp.QuoteMeta(name) + ` (v\S+)`).FindSubmatch(text)
	if version == nil {
		t.Fatalf("go.mod has no %s", name)
	}
	return name + " " + string(version[1])
}

// ledgerTests are the scripts that call an operation, by service and operation; TestScripts holds each against its run.
func ledgerTests(t *testing.T) map[string][]string {
	t.Helper()
	tests := map[string][]string{}
	paths, err := filepath.Glob("../testdata/script/*/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for operation := range callsOf(string(text)) {
			tests[operation] = append(tests[operation], path)
		}
	}
	return tests
}
