package main

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	discovery "github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// mesh is services on Fargate that call each other in the private namespace shop.local, see testdata/app/mesh.go.
type mesh struct {
	*process
	namespace string // id
}

// meshService is one of them. It answers with a text through Service Connect, and at the next port beside it.
type meshService struct {
	name     string
	alias    string // empty: the discovery name, which is the service's, and the namespace
	grace    string // how long it serves after SIGTERM
	rate     int    // calls a second, to each URL
	calls    []string
	protocol types.ApplicationProtocol // HTTP if empty
	timeout  *int32                    // of a request
	registry *types.ServiceRegistry
}

const (
	meshPort   = 8080
	directPort = 8081 // that no proxy looks after
	meshLogs   = "mesh"
)

func startMesh(t *testing.T, args ...string) *mesh {
	t.Helper()
	apart(t)
	m := &mesh{process: startServe(t, append([]string{"--engine", "docker", "--on-exit", "remove", "--log-level", "warn"}, args...)...)}
	_, err := m.logs().CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(meshLogs)})
	m.must(err)
	o := m.client.Options()
	vpcs, err := ec2.New(ec2.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials}).DescribeVpcs(t.Context(), &ec2.DescribeVpcsInput{})
	m.must(err)
	made, err := m.discovery().CreatePrivateDnsNamespace(t.Context(), &servicediscovery.CreatePrivateDnsNamespaceInput{Name: aws.String("shop.local"), Vpc: vpcs.Vpcs[0].VpcId})
	m.must(err)
	operation, err := m.discovery().GetOperation(t.Context(), &servicediscovery.GetOperationInput{OperationId: made.OperationId})
	m.must(err)
	m.namespace = operation.Operation.Targets["NAMESPACE"]
	return m
}

func (m *mesh) discovery() *servicediscovery.Client {
	o := m.client.Options()
	return servicediscovery.New(servicediscovery.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials})
}

// registry is a name in DNS, whose instances are healthy when the checks of their containers say so: a task runs before its
// application listens.
func (m *mesh) registry(name string, record discovery.RecordType) *types.ServiceRegistry {
	m.Helper()
	made, err := m.discovery().CreateService(m.Context(), &servicediscovery.CreateServiceInput{
		Name: &name, NamespaceId: &m.namespace, DnsConfig: &discovery.DnsConfig{
			RoutingPolicy: discovery.RoutingPolicyMultivalue, DnsRecords: []discovery.DnsRecord{{Type: record, TTL: aws.Int64(10)}},
		},
		HealthCheckCustomConfig: &discovery.HealthCheckCustomConfig{},
	})
	m.must(err)
	r := &types.ServiceRegistry{RegistryArn: made.Service.Arn}
	if record == discovery.RecordTypeSrv {
		r.ContainerName, r.ContainerPort = aws.String("app"), aws.Int32(directPort)
	}
	return r
}

func (m *mesh) define(s meshService, text string) *string {
	m.Helper()
	protocol := s.protocol
	if protocol == "" {
		protocol = types.ApplicationProtocolHttp
	}
	var check *types.HealthCheck
	if s.registry != nil {
		check = &types.HealthCheck{Interval: aws.Int32(5), Command: []string{"CMD", dockertest.AppPath, "check", fmt.Sprintf("http://127.0.0.1:%d/", directPort)}}
	}
	out, err := m.client.RegisterTaskDefinition(m.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: &s.name, NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("2048"), Memory: aws.String("4096"), // an eighth of that holds up calls, on a slow machine half of it
		ExecutionRoleArn: aws.String("arn:aws:iam::000000000000:role/execution"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("app"), Image: aws.String(dockertest.Image(m.T)), HealthCheck: check,
			Command: append([]string{"mesh", strconv.Itoa(meshPort), text, s.grace, strconv.Itoa(max(s.rate, 1))}, s.calls...),
			PortMappings: []types.PortMapping{
				{Name: aws.String("http"), ContainerPort: aws.Int32(meshPort), AppProtocol: protocol}, {ContainerPort: aws.Int32(directPort)},
			},
			LogConfiguration: &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, Options: map[string]string{
				"awslogs-group": meshLogs, "awslogs-region": "us-east-1", "awslogs-stream-prefix": s.name,
			}},
		}},
	})
	m.must(err)
	return out.TaskDefinition.TaskDefinitionArn
}

// create has a service run so many tasks, and does not wait for them.
func (m *mesh) create(s meshService, text string, count int32) {
	m.Helper()
	alias := types.ServiceConnectClientAlias{Port: aws.Int32(80)}
	if s.alias != "" {
		alias.DnsName = &s.alias
	}
	offered := types.ServiceConnectService{PortName: aws.String("http"), DiscoveryName: &s.name, ClientAliases: []types.ServiceConnectClientAlias{alias}}
	if s.timeout != nil {
		offered.Timeout = &types.TimeoutConfiguration{PerRequestTimeoutSeconds: s.timeout}
	}
	in := &ecs.CreateServiceInput{
		ServiceName: &s.name, TaskDefinition: m.define(s, text), DesiredCount: &count, LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
		ServiceConnectConfiguration: &types.ServiceConnectConfiguration{
			Enabled: true, Namespace: aws.String("shop.local"), Services: []types.ServiceConnectService{offered},
		},
	}
	if s.registry != nil {
		in.ServiceRegistries = []types.ServiceRegistry{*s.registry}
	}
	_, err := m.client.CreateService(m.Context(), in)
	m.must(err)
}

// settles waits until all tasks of some services are those of their last deployments. When these run it moves the clock on
// to when tasks without checks tell by their age that they are healthy, once for what is shown of the deployments.
func (m *mesh) settles(services ...string) {
	m.Helper()
	moved := map[string]bool{}
	m.eventually(strings.Join(services, ", ")+" are stable", func() bool {
		out, err := m.client.DescribeServices(m.Context(), &ecs.DescribeServicesInput{Services: services})
		m.must(err)
		run, stable, shown := true, true, ""
		for _, s := range out.Services {
			front := s.Deployments[0]
			run = run && front.RunningCount == s.DesiredCount
			stable = stable && len(s.Deployments) == 1 && front.RolloutState == types.DeploymentRolloutStateCompleted && s.RunningCount == s.DesiredCount
			for _, d := range s.Deployments {
				shown += fmt.Sprint(*d.Id, d.RunningCount, d.PendingCount, d.RolloutState, " ")
			}
		}
		if run && !stable && !moved[shown] {
			m.advance("41s")
			moved[shown] = true
		}
		return stable
	})
}

// containerID is the engine's id of a task's application.
func (m *mesh) containerID(task string) string {
	m.Helper()
	found, err := dockertest.Client(m.T).ContainerList(m.Context(), client.ContainerListOptions{
		Filters: make(client.Filters).Add("label", "com.amazonaws.ecs.task-arn="+task).Add("label", "com.amazonaws.ecs.container-name=app"),
	})
	m.must(err)
	if len(found.Items) != 1 {
		m.Fatalf("%s has %d applications", task, len(found.Items))
	}
	return found.Items[0].ID
}
