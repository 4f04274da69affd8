package ecs_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/endpoint"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// namespace makes an HTTP namespace of Cloud Map, and returns its ARN.
func (s *server) namespace(t testing.TB, name string) (namespaceARN string) {
	t.Helper()
	s.update(t, func(tx *store.Tx) {
		namespaceARN = endpoint.MakeNamespace(tx, testScope, name, time.Unix(1, 0)).ARN
	})
	return namespaceARN
}

// connectDefinitions registers definitions with the ports http at 8080 and grpc at 9090, of Fargate, of the bridge and
// of the host network mode, one in which http is TCP, and one of Windows.
func (s *server) connectDefinitions(t testing.TB) {
	t.Helper()
	ports := []types.PortMapping{
		{Name: aws.String("http"), ContainerPort: aws.Int32(8080), AppProtocol: types.ApplicationProtocolHttp},
		{Name: aws.String("grpc"), ContainerPort: aws.Int32(9090), AppProtocol: types.ApplicationProtocolGrpc},
		{Name: aws.String("raw"), ContainerPort: aws.Int32(5432)},
		{Name: aws.String("dns"), ContainerPort: aws.Int32(53), Protocol: types.TransportProtocolUdp},
	}
	for family, mode := range map[string]types.NetworkMode{"shop": types.NetworkModeAwsvpc, "tcp": types.NetworkModeAwsvpc, "windows": types.NetworkModeAwsvpc, "bridged": types.NetworkModeBridge, "hosted": types.NetworkModeHost} {
		in := &sdk.RegisterTaskDefinitionInput{
			Family: &family, NetworkMode: mode, Cpu: aws.String("256"), Memory: aws.String("512"),
			ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app"), PortMappings: slices.Clone(ports)}},
		}
		if family == "windows" {
			in.RuntimePlatform = &types.RuntimePlatform{OperatingSystemFamily: types.OSFamilyWindowsServer2022Core}
			in.Cpu, in.Memory = aws.String("1024"), aws.String("2048")
		}
		if mode == types.NetworkModeAwsvpc {
			in.RequiresCompatibilities = []types.Compatibility{types.CompatibilityFargate}
		}
		if family == "tcp" {
			in.ContainerDefinitions[0].PortMappings[0].AppProtocol = ""
		}
		must[*sdk.RegisterTaskDefinitionOutput](t)(s.RegisterTaskDefinition(ctx, in))
	}
}

// offering is a configuration in a namespace that offers ports by their names, each at port 80 of a name.
func offering(namespace string, ports ...string) *types.ServiceConnectConfiguration {
	c := &types.ServiceConnectConfiguration{Enabled: true, Namespace: aws.String(namespace)}
	for _, port := range ports {
		c.Services = append(c.Services, types.ServiceConnectService{
			PortName: aws.String(port), ClientAliases: []types.ServiceConnectClientAlias{{Port: aws.Int32(80)}},
		})
	}
	return c
}

func connected(name string, c *types.ServiceConnectConfiguration) *sdk.CreateServiceInput {
	in := serviceInput(name, "shop")
	in.ServiceConnectConfiguration = c
	return in
}

// The endpoints of the namespace belong to a deployment: a client knows those that there were when its own was made.
func TestServicesConnect(t *testing.T) {
	s := newServer(t)
	s.connectDefinitions(t)
	namespace := s.namespace(t, "shop.local")
	s.create(t, connected("early", offering(namespace)))
	c := offering("shop.local", "http")
	c.Services[0].DiscoveryName, c.Services[0].ClientAliases[0].DnsName = aws.String("api"), aws.String("backend")
	shown := s.create(t, connected("api", c))

	d := shown.Deployments[0]
	if diff := cmp.Diff(c, d.ServiceConnectConfiguration, cmpopts.IgnoreUnexported(types.ServiceConnectConfiguration{}, types.ServiceConnectService{}, types.ServiceConnectClientAlias{})); diff != "" {
		t.Errorf("the deployment shows (-sent +got)\n%s", diff)
	}
	if got := d.ServiceConnectResources; len(got) != 1 || *got[0].DiscoveryName != "api" || !strings.Contains(*got[0].DiscoveryArn, ":service/srv-") {
		t.Fatalf("resources %+v", got)
	}
	made := servicediscovery.FindService(s.store.Read(), *d.ServiceConnectResources[0].DiscoveryArn)
	if made == nil || made.Type != "HTTP" || made.NamespaceARN != namespace || made.ECSService != *shown.ServiceArn {
		t.Errorf("in Cloud Map is %+v", made)
	}

	s.create(t, connected("late", offering("shop.local")))
	for service, want := range map[string][]string{"early": nil, "api": {"backend"}, "late": {"backend"}} {
		if got := s.knownNames(service); !slices.Equal(got, want) {
			t.Errorf("%s knows %q, want %q", service, got, want)
		}
	}
	must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("early"), ForceNewDeployment: true}))
	if got := s.knownNames("early"); !slices.Equal(got, []string{"backend"}) {
		t.Errorf("after another deployment early knows %q", got)
	}
}

// A service that offers a port can shift traffic in steps without a load balancer; a client has nothing to split.
func TestCanaryNeedsAnEndpoint(t *testing.T) {
	s := newServer(t)
	s.connectDefinitions(t)
	s.namespace(t, "shop.local")
	canary := &types.DeploymentConfiguration{Strategy: types.DeploymentStrategyCanary}
	in := connected("api", offering("shop.local", "http"))
	in.DeploymentConfiguration = canary
	s.create(t, in)
	client := connected("client", offering("shop.local"))
	client.DeploymentConfiguration = canary
	_, err := s.CreateService(ctx, client)
	refused(t, err, invalid, "The CANARY deployment strategy requires a load balancer or Service Connect.")
}

// knownNames are the names that the tasks of a service's PRIMARY deployment know.
func (s *server) knownNames(service string) (names []string) {
	for _, e := range state.FindService(s.store.Read(), testScope.Service("default", service)).Primary().Connect.Endpoints {
		names = append(names, e.DNSName)
	}
	return names
}

func TestUpdateServiceConnect(t *testing.T) {
	s := newServer(t)
	s.connectDefinitions(t)
	namespace := s.namespace(t, "shop.local")
	s.create(t, connected("web", offering("shop.local", "http")))
	for _, c := range []struct {
		what    string
		in      sdk.UpdateServiceInput
		deploys bool
	}{
		{"the same", sdk.UpdateServiceInput{ServiceConnectConfiguration: offering("shop.local", "http")}, false},
		{"the same by ARN", sdk.UpdateServiceInput{ServiceConnectConfiguration: offering(namespace, "http")}, false},
		{"left out", sdk.UpdateServiceInput{DesiredCount: aws.Int32(3)}, false},
		{"another port", sdk.UpdateServiceInput{ServiceConnectConfiguration: offering("shop.local", "grpc")}, true},
		{"a log level", sdk.UpdateServiceInput{ServiceConnectConfiguration: debugging(offering("shop.local", "grpc"))}, true},
		{"without it", sdk.UpdateServiceInput{ServiceConnectConfiguration: offering("shop.local", "grpc")}, true},
		{"off", sdk.UpdateServiceInput{ServiceConnectConfiguration: &types.ServiceConnectConfiguration{}}, true},
		{"off again", sdk.UpdateServiceInput{ServiceConnectConfiguration: &types.ServiceConnectConfiguration{}}, false},
	} {
		before := len(s.describe(t, "web").Deployments)
		c.in.Service = aws.String("web")
		out := must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &c.in))
		if deploys := len(out.Service.Deployments) > before; deploys != c.deploys {
			t.Errorf("%s: makes a deployment: %v", c.what, deploys)
		}
	}
}

func debugging(c *types.ServiceConnectConfiguration) *types.ServiceConnectConfiguration {
	c.ContainerConfigurations = []types.ServiceConnectContainerConfiguration{
		&types.ServiceConnectContainerConfigurationMemberLogLevel{Value: types.ServiceConnectContainerLogLevelDebug},
	}
	return c
}

func TestListServicesByNamespace(t *testing.T) {
	s := newServer(t)
	s.connectDefinitions(t)
	namespace := s.namespace(t, "shop.local")
	s.namespace(t, "other.local")
	must[*sdk.CreateClusterOutput](t)(s.CreateCluster(ctx, &sdk.CreateClusterInput{ClusterName: aws.String("blue")}))
	s.create(t, connected("web", offering("shop.local", "http")))
	far := connected("client", offering(namespace))
	far.Cluster = aws.String("blue")
	s.create(t, far)
	s.create(t, connected("elsewhere", offering("other.local")))
	s.create(t, serviceInput("plain", "shop"))
	for _, ref := range []string{"shop.local", namespace} {
		var names []string
		pages := sdk.NewListServicesByNamespacePaginator(s, &sdk.ListServicesByNamespaceInput{Namespace: &ref, MaxResults: aws.Int32(1)})
		for pages.HasMorePages() {
			for _, id := range must[*sdk.ListServicesByNamespaceOutput](t)(pages.NextPage(ctx)).ServiceArns {
				names = append(names, id[strings.Index(id, "service/"):])
			}
		}
		if want := []string{"service/blue/client", "service/default/web"}; !slices.Equal(names, want) {
			t.Errorf("%s: %q", ref, names)
		}
	}
}

func TestListServicesByNamespaceRefusals(t *testing.T) {
	s := newServer(t)
	s.namespace(t, "shop.local")
	const shared = "arn:aws:servicediscovery:eu-west-1:999999999999:namespace/ns-aaaaaaaaaaaaaaaa"
	for ref, want := range map[string][2]string{
		"":           {invalid, "namespace can not be empty."},
		"Shop.local": {"NamespaceNotFoundException", "Failed to retrieve namespace for Shop.local"},
		shared:       {invalid, "ecs-emulator does not support namespaces that are shared by another account" + unsupportedTail},
	} {
		_, err := s.ListServicesByNamespace(ctx, &sdk.ListServicesByNamespaceInput{Namespace: &ref})
		refused(t, err, want[0], want[1])
	}
}

func TestServiceConnectRefusals(t *testing.T) {
	s := newServer(t)
	s.connectDefinitions(t)
	namespace := s.namespace(t, "shop.local")
	s.update(t, func(tx *store.Tx) {
		servicediscovery.PutService(tx, &servicediscovery.Service{ARN: servicediscovery.NewServiceARN(testScope), NamespaceARN: namespace, Name: "own"})
	})
	taken := offering("shop.local", "http")
	taken.Services[0].ClientAliases[0].DnsName = aws.String("front")
	s.create(t, connected("taken", taken))
	for _, c := range []struct {
		name, code, message string
		change              func(in *sdk.CreateServiceInput, c *types.ServiceConnectConfiguration, s *types.ServiceConnectService)
	}{
		{"no namespace", invalid, "Namespace is missing", func(_ *sdk.CreateServiceInput, c *types.ServiceConnectConfiguration, _ *types.ServiceConnectService) {
			c.Namespace = nil
		}},
		{"unknown namespace", "NamespaceNotFoundException", "Failed to retrieve namespace for Shop.local", func(_ *sdk.CreateServiceInput, c *types.ServiceConnectConfiguration, _ *types.ServiceConnectService) {
			c.Namespace = aws.String("Shop.local")
		}},
		{"a name of another service of ECS", invalid, "SC service is already used by " + namespace, func(_ *sdk.CreateServiceInput, _ *types.ServiceConnectConfiguration, s *types.ServiceConnectService) {
			s.DiscoveryName = aws.String("http")
		}},
		{"a name of a user's service", invalid, "SC service is already used by " + namespace, func(_ *sdk.CreateServiceInput, _ *types.ServiceConnectConfiguration, s *types.ServiceConnectService) {
			s.DiscoveryName = aws.String("own")
		}},
		{"an alias of another service", invalid, "The client alias front:80 is already used by the discovery name http in the namespace " + namespace,
			func(_ *sdk.CreateServiceInput, _ *types.ServiceConnectConfiguration, s *types.ServiceConnectService) {
				s.ClientAliases[0].DnsName = aws.String("front")
			}},
		{"unknown port", invalid, "portName(https) does not refer to any named PortMapping in the container definitions",
			func(_ *sdk.CreateServiceInput, _ *types.ServiceConnectConfiguration, s *types.ServiceConnectService) {
				s.PortName = aws.String("https")
			}},
		{"UDP", invalid, "portName(dns) refers to a PortMapping with the protocol udp, which is not supported by Service Connect",
			func(_ *sdk.CreateServiceInput, _ *types.ServiceConnectConfiguration, s *types.ServiceConnectService) {
				s.PortName = aws.String("dns")
			}},
		{"two aliases", invalid, "2 clientAliases exceeds the max limit of 1", func(_ *sdk.CreateServiceInput, _ *types.ServiceConnectConfiguration, s *types.ServiceConnectService) {
			s.ClientAliases = append(s.ClientAliases, s.ClientAliases...)
		}},
		{"no alias", invalid, "clientAliases must have 1 element.", func(_ *sdk.CreateServiceInput, _ *types.ServiceConnectConfiguration, s *types.ServiceConnectService) {
			s.ClientAliases = nil
		}},
		{"bad alias", invalid, "The DNS name that you provided is invalid. The name must be a valid DNS name but doesn't need to be fully-qualified. Up to 127 characters are allowed. " +
			"The characters can include lowercase letters, numbers, underscores (_), hyphens (-), and periods (.). A hyphen can't be the first character.", func(_ *sdk.CreateServiceInput, _ *types.ServiceConnectConfiguration, s *types.ServiceConnectService) {
			s.ClientAliases[0].DnsName = aws.String("-web")
		}},
		{"bad discovery name", invalid, "The discovery name that you provided is invalid", func(_ *sdk.CreateServiceInput, _ *types.ServiceConnectConfiguration, s *types.ServiceConnectService) {
			s.DiscoveryName = aws.String("Web")
		}},
		{"port 0", invalid, "Invalid port 0. It must be between 1 and 65535", func(_ *sdk.CreateServiceInput, _ *types.ServiceConnectConfiguration, s *types.ServiceConnectService) {
			s.ClientAliases[0].Port = aws.Int32(0)
		}},
		{"the same port twice", invalid, "portName(grpc) is used by more than one Service Connect service",
			func(_ *sdk.CreateServiceInput, c *types.ServiceConnectConfiguration, s *types.ServiceConnectService) {
				c.Services = append(c.Services, *s)
			}},
		{"ingress at a reserved port", invalid, "IngressPortOverride cannot use ports <= 1024.",
			func(_ *sdk.CreateServiceInput, _ *types.ServiceConnectConfiguration, s *types.ServiceConnectService) {
				s.IngressPortOverride = aws.Int32(1024)
			}},
		{"ingress at a container port", invalid, "ingressPortOverride 8080 of portName(grpc) is a container port of the container app",
			func(_ *sdk.CreateServiceInput, _ *types.ServiceConnectConfiguration, s *types.ServiceConnectService) {
				s.IngressPortOverride = aws.Int32(8080)
			}},
		{"time-out of requests in TCP", "ClientException", "Per request timeout 1 can't be set for tcp application.",
			func(_ *sdk.CreateServiceInput, _ *types.ServiceConnectConfiguration, s *types.ServiceConnectService) {
				s.PortName, s.Timeout = aws.String("raw"), &types.TimeoutConfiguration{PerRequestTimeoutSeconds: aws.Int32(1)}
			}},
		{"access log without a log", invalid, "logConfiguration is required in serviceConnectConfiguration when accessLogConfiguration is specified.",
			func(_ *sdk.CreateServiceInput, c *types.ServiceConnectConfiguration, _ *types.ServiceConnectService) {
				c.AccessLogConfiguration = &types.ServiceConnectAccessLogConfiguration{Format: types.ServiceConnectAccessLoggingFormatJson}
			}},
		{"driver of the proxy's log", invalid, "gelf is not a valid log driver. Must be one of [awslogs,splunk,awsfirelens]",
			func(_ *sdk.CreateServiceInput, c *types.ServiceConnectConfiguration, _ *types.ServiceConnectService) {
				c.LogConfiguration = &types.LogConfiguration{LogDriver: types.LogDriverGelf}
			}},
		{"driver of the engine for the proxy's log", invalid, "ecs-emulator does not support serviceConnectConfiguration.logConfiguration.logDriver splunk" + unsupportedTail,
			func(_ *sdk.CreateServiceInput, c *types.ServiceConnectConfiguration, _ *types.ServiceConnectService) {
				c.LogConfiguration = &types.LogConfiguration{LogDriver: types.LogDriverSplunk}
			}},
		{"log level twice", invalid, "logLevel can appear only once in containerConfigurations.", func(_ *sdk.CreateServiceInput, c *types.ServiceConnectConfiguration, _ *types.ServiceConnectService) {
			c.ContainerConfigurations = slices.Repeat(debugging(c).ContainerConfigurations, 2)
		}},
		{"TLS", invalid, "ecs-emulator does not support serviceConnectConfiguration.services[0].tls" + unsupportedTail,
			func(_ *sdk.CreateServiceInput, _ *types.ServiceConnectConfiguration, s *types.ServiceConnectService) {
				s.Tls = &types.ServiceConnectTlsConfiguration{IssuerCertificateAuthority: &types.ServiceConnectTlsCertificateAuthority{}}
			}},
		{"shared namespace", invalid, "ecs-emulator does not support namespaces that are shared by another account" + unsupportedTail,
			func(_ *sdk.CreateServiceInput, c *types.ServiceConnectConfiguration, _ *types.ServiceConnectService) {
				c.Namespace = aws.String("arn:aws:servicediscovery:eu-west-1:999999999999:namespace/ns-aaaaaaaaaaaaaaaa")
			}},
		{"Windows", invalid, "Unsupported operating system in task definition. Please choose Linux",
			func(in *sdk.CreateServiceInput, _ *types.ServiceConnectConfiguration, _ *types.ServiceConnectService) {
				in.TaskDefinition = aws.String("windows")
			}},
		{"old platform", invalid, "Service Connect is not supported with the platform version 1.3.0.",
			func(in *sdk.CreateServiceInput, _ *types.ServiceConnectConfiguration, _ *types.ServiceConnectService) {
				in.PlatformVersion = aws.String("1.3.0")
			}},
		{"bridge", invalid, "ecs-emulator does not support serviceConnectConfiguration with the bridge network mode" + unsupportedTail, onEC2("bridged")},
		{"host", invalid, "Service Connect is not supported with the host network mode.", onEC2("hosted")},
		{"EXTERNAL", invalid, "ecs-emulator does not support serviceConnectConfiguration with the EXTERNAL launch type" + unsupportedTail,
			func(in *sdk.CreateServiceInput, c *types.ServiceConnectConfiguration, s *types.ServiceConnectService) {
				onEC2("bridged")(in, c, s)
				in.LaunchType = types.LaunchTypeExternal
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			configuration := offering("shop.local", "grpc")
			in := connected("web", configuration)
			c.change(in, configuration, &configuration.Services[0])
			_, err := s.CreateService(ctx, in)
			refused(t, err, c.code, c.message)
		})
	}
	_, err := s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("taken"), TaskDefinition: aws.String("tcp")})
	config := func(protocol string) string {
		return "ScServiceStableConfig(applicationProtocol=" + protocol + ", transportProtocol=tcp, ecsServiceArn=" + testScope.Service("default", "taken") + ")"
	}
	refused(t, err, invalid, "The following config cannot be changed for a SC service. Previous config: "+config("http")+", current config: "+config("null"))
	if n := len(servicediscovery.NamespaceServices(s.store.Read(), namespace)); n != 2 {
		t.Errorf("refused requests made services in Cloud Map: there are %d", n)
	}
}

func onEC2(family string) func(*sdk.CreateServiceInput, *types.ServiceConnectConfiguration, *types.ServiceConnectService) {
	return func(in *sdk.CreateServiceInput, _ *types.ServiceConnectConfiguration, _ *types.ServiceConnectService) {
		in.TaskDefinition, in.LaunchType, in.NetworkConfiguration = &family, types.LaunchTypeEc2, nil
	}
}
