package ecs_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	discovery "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// registry makes a service of AWS Cloud Map with records of some types; without any it is one of an HTTP namespace.
func (s *server) registry(t testing.TB, id string, records ...discovery.RecordType) (arn string) {
	t.Helper()
	of := &servicediscovery.Service{ARN: servicediscovery.ServiceARN(testScope, id)}
	for _, r := range records {
		of.DNSRecords = append(of.DNSRecords, discovery.DnsRecord{Type: r, TTL: aws.Int64(10)})
	}
	s.update(t, func(tx *store.Tx) { servicediscovery.PutService(tx, of) })
	return of.ARN
}

// inMode makes a definition with a port in a network mode, which names it.
func (s *server) inMode(t testing.TB, mode types.NetworkMode) {
	t.Helper()
	container := types.ContainerDefinition{Name: aws.String("app"), Image: aws.String("i"), Memory: aws.Int32(128)}
	if mode != types.NetworkModeNone {
		container.PortMappings = []types.PortMapping{{ContainerPort: aws.Int32(80)}}
	}
	must[*sdk.RegisterTaskDefinitionOutput](t)(s.RegisterTaskDefinition(ctx, &sdk.RegisterTaskDefinitionInput{
		Family: aws.String(string(mode)), NetworkMode: mode, ContainerDefinitions: []types.ContainerDefinition{container},
	}))
}

func TestServiceRegistryRefusals(t *testing.T) {
	s := newServer(t)
	s.fargateWithPort(t, "web")
	for _, mode := range []types.NetworkMode{types.NetworkModeBridge, types.NetworkModeHost, types.NetworkModeNone} {
		s.inMode(t, mode)
	}
	a := s.registry(t, "srv-aaaaaaaaaaaaaaaa", discovery.RecordTypeA)
	srv := s.registry(t, "srv-bbbbbbbbbbbbbbbb", discovery.RecordTypeA, discovery.RecordTypeSrv)
	namespace, unknown := "arn:aws:servicediscovery:us-east-1:000000000000:namespace/ns-1", servicediscovery.ServiceARN(testScope, "srv-cccccccccccccccc")
	elsewhere := arn.Scope{Region: "us-west-2", Account: testAccount}
	far, shared := servicediscovery.ServiceARN(elsewhere, "srv-dddddddddddddddd"), servicediscovery.ServiceARN(arn.Scope{Region: testRegion, Account: "999999999999"}, "srv-eeeeeeeeeeeeeeee")
	s.update(t, func(tx *store.Tx) { servicediscovery.PutService(tx, &servicediscovery.Service{ARN: far}) })
	const noPort = "The values specified for serviceRegistries do not require a value for 'containerPort'. Remove the value and retry. Registry: "
	const oneOf = "Specify a value for either 'port' or the 'containerName' and 'containerPort' combination, but not both. Remove one and retry."
	const container = "When specifying 'host' or 'bridge' for networkMode, values for 'containerName' and 'containerPort' must be specified from the task definition. Registry: "
	app := aws.String("app")
	for _, c := range []struct {
		name, family, message string
		registry              types.ServiceRegistry
	}{
		{"no ARN", "web", "The format of the supplied service registry ARN is invalid: ", types.ServiceRegistry{}},
		{"namespace", "web", "The format of the supplied service registry ARN is invalid: " + namespace, types.ServiceRegistry{RegistryArn: &namespace}},
		{"unknown", "web", "The service registry was not found: " + unknown, types.ServiceRegistry{RegistryArn: &unknown}},
		{"of another account", "web", "ecs-emulator does not support namespaces that are shared by another account" + unsupportedTail, types.ServiceRegistry{RegistryArn: &shared}},
		{"of another region", "web", "The service registry was not found: " + far, types.ServiceRegistry{RegistryArn: &far}},
		{"container port with A", "web", noPort + a, types.ServiceRegistry{RegistryArn: &a, ContainerName: app, ContainerPort: aws.Int32(80)}},
		{"port with A", "web", "A port was provided but is not required by the specified service registry", types.ServiceRegistry{RegistryArn: &a, Port: aws.Int32(80)}},
		{"both with SRV", "web", oneOf, types.ServiceRegistry{RegistryArn: &srv, ContainerName: app, ContainerPort: aws.Int32(80), Port: aws.Int32(80)}},
		{"port 0", "web", "Invalid port 0. It must be between 1 and 65535", types.ServiceRegistry{RegistryArn: &srv, Port: aws.Int32(0)}},
		{"port beyond all", "web", "Invalid port 65536. It must be between 1 and 65535", types.ServiceRegistry{RegistryArn: &srv, Port: aws.Int32(65536)}},
		{"negative port", "web", "Invalid port -1. It must be between 1 and 65535", types.ServiceRegistry{RegistryArn: &srv, Port: aws.Int32(-1)}},
		{"neither with SRV", "web", oneOf, types.ServiceRegistry{RegistryArn: &srv}},
		{"no such container", "web", "The container x does not exist in the task definition.", types.ServiceRegistry{RegistryArn: &a, ContainerName: aws.String("x")}},
		{"no such port", "web", "The container app did not have a container port 81 defined.", types.ServiceRegistry{RegistryArn: &srv, ContainerName: app, ContainerPort: aws.Int32(81)}},
		{"bridge, ARN alone", "bridge", container + a, types.ServiceRegistry{RegistryArn: &a}},
		{"host, ARN alone", "host", container + srv, types.ServiceRegistry{RegistryArn: &srv}},
		{"host, port", "host", container + srv, types.ServiceRegistry{RegistryArn: &srv, Port: aws.Int32(80)}},
		{"no network", "none", "Service registries are not supported with networkMode 'none'. Registry: " + a, types.ServiceRegistry{RegistryArn: &a}},
		{"bridge, A", "bridge", noPort + a, types.ServiceRegistry{RegistryArn: &a, ContainerName: app, ContainerPort: aws.Int32(80)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := s.CreateService(ctx, s.withRegistry(c.family, c.registry))
			refused(t, err, invalid, c.message)
		})
	}
	external := s.withRegistry("bridge", types.ServiceRegistry{RegistryArn: &srv, ContainerName: app, ContainerPort: aws.Int32(80)})
	external.LaunchType = types.LaunchTypeExternal
	_, err := s.CreateService(ctx, external)
	refused(t, err, invalid, "Service registries are not supported with EXTERNAL launch type.")
}

// withRegistry asks for a service with a registry, of the definition web for Fargate, or one of inMode.
func (s *server) withRegistry(family string, r types.ServiceRegistry) *sdk.CreateServiceInput {
	in := serviceInput(family, family)
	if family != "web" {
		in.LaunchType, in.NetworkConfiguration = types.LaunchTypeEc2, nil
	}
	in.ServiceRegistries = []types.ServiceRegistry{r}
	return in
}

func TestServiceRegistriesBelongToTheRevision(t *testing.T) {
	s := newServer(t)
	s.fargateWithPort(t, "web")
	s.inMode(t, types.NetworkModeBridge)
	a := s.registry(t, "srv-aaaaaaaaaaaaaaaa", discovery.RecordTypeA)
	srv := s.registry(t, "srv-bbbbbbbbbbbbbbbb", discovery.RecordTypeSrv)
	shown := func(service types.Service, want ...types.ServiceRegistry) {
		t.Helper()
		revision := must[*sdk.DescribeServiceRevisionsOutput](t)(s.DescribeServiceRevisions(ctx, &sdk.DescribeServiceRevisionsInput{
			ServiceRevisionArns: []string{*service.CurrentServiceRevisions[0].Arn},
		})).ServiceRevisions[0]
		for _, got := range [][]types.ServiceRegistry{service.ServiceRegistries, revision.ServiceRegistries} {
			if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(types.ServiceRegistry{}), cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		}
	}
	alone := types.ServiceRegistry{RegistryArn: &a, ContainerName: aws.String("app")} // ECS0291
	s.create(t, s.withRegistry("web", alone))
	shown(s.describe(t, "web"), alone)
	if role := aws.ToString(s.describe(t, "web").RoleArn); role != testScope.ServiceLinkedRole() {
		t.Errorf("role %q", role)
	}
	named := types.ServiceRegistry{RegistryArn: &srv, ContainerName: aws.String("app"), ContainerPort: aws.Int32(80)}
	s.create(t, s.withRegistry("bridge", named))
	shown(s.describe(t, "bridge"), named)

	for _, step := range []struct {
		name   string
		asked  []types.ServiceRegistry
		deploy bool
	}{
		{"the same", []types.ServiceRegistry{alone}, false},
		{"nothing said", nil, false},
		{"another", []types.ServiceRegistry{{RegistryArn: &srv, Port: aws.Int32(80)}}, true},
		{"none", []types.ServiceRegistry{}, true},
	} {
		before := len(s.describe(t, "web").Deployments)
		must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("web"), ServiceRegistries: step.asked}))
		if deployed := len(s.describe(t, "web").Deployments) > before; deployed != step.deploy {
			t.Errorf("%s: a new deployment: %t", step.name, deployed)
		}
		if step.asked != nil {
			shown(s.describe(t, "web"), step.asked...)
		}
	}
}

// A service of AWS Cloud Map that has gone does not keep its service from being scaled in and deleted.
func TestARegistryThatIsGoneHindersNothingElse(t *testing.T) {
	s := newServer(t)
	s.fargateWithPort(t, "web")
	a := s.registry(t, "srv-aaaaaaaaaaaaaaaa", discovery.RecordTypeA)
	s.create(t, s.withRegistry("web", types.ServiceRegistry{RegistryArn: &a}))
	s.update(t, func(tx *store.Tx) { servicediscovery.DeleteService(tx, servicediscovery.FindService(tx, a)) })
	must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("web"), DesiredCount: aws.Int32(0)}))
	_, err := s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("web"), ServiceRegistries: []types.ServiceRegistry{{RegistryArn: &a}}})
	refused(t, err, invalid, "The service registry was not found: "+a)
}
