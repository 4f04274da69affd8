package taskdef

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

type request = ecs.RegisterTaskDefinitionInput

func TestFamilyAndContainerRefusals(t *testing.T) {
	testRefusals(t, webDefinition, []refusal{
		{"no family", func(in *request) { in.Family = nil }, "Family can not be blank."},
		{"empty family", func(in *request) { in.Family = ptr("") }, "Family can not be blank."},
		{"family characters", func(in *request) { in.Family = ptr("web.1") }, "Family contains invalid characters."},
		{"family length", func(in *request) { in.Family = ptr(strings.Repeat("a", 256)) }, "Family contains invalid characters."},
		{"no containers", func(in *request) { in.ContainerDefinitions = nil }, "Container list cannot be empty."},
		{"empty container list", func(in *request) { in.ContainerDefinitions = []types.ContainerDefinition{} }, "Container list cannot be empty."},
		{"eleven containers", func(in *request) {
			for i := range 10 {
				addContainer(in, fmt.Sprintf("c%d", i))
			}
		}, "Too many containers."},
		{"no name", func(in *request) { first(in).Name = nil }, "Container.name should not be null or empty."},
		{"name characters", func(in *request) { first(in).Name = ptr("we b") }, "Container.name contains invalid characters."},
		{"duplicate names", func(in *request) { addContainer(in, "web") }, "Container names must be unique within a task definition."},
		{"nothing essential", func(in *request) { first(in).Essential = ptr(false) }, "Task definition doesn't have any essential container."},
	})
}

func TestImageRefusals(t *testing.T) {
	digest := "@sha256:" + strings.Repeat("0aF", 21) + "1"
	const invalidCharacters = "Container.image contains invalid characters."
	image := func(s string) func(*request) { return func(in *request) { first(in).Image = &s } }
	testRefusals(t, webDefinition, []refusal{
		{"none", func(in *request) { first(in).Image = nil }, "Container.image should not be null or empty."},
		{"empty", image(""), "Container.image should not be null or empty."},
		{"blank", image(" "), invalidCharacters},
		{"variable", image("repo/$IMAGE"), invalidCharacters},
		{"trailing space", image("nginx "), invalidCharacters},
		{"too long", image(strings.Repeat("a", 256)), invalidCharacters},
		{"short digest", image("nginx@sha256:abc"), invalidCharacters},
		{"other digest", image("nginx@md5:" + strings.Repeat("a", 64)), invalidCharacters},
		{"bad digest", image("nginx@sha256:" + strings.Repeat("g", 64)), invalidCharacters},
		{"only a tag", image(":latest"), "Container.image repository should not be null or empty."},
		{"only a registry", image("registry:5000/"), "Container.image repository should not be null or empty."},
		{"only a digest", image(digest), "Container.image repository should not be null or empty."},
	})
	testAccepted(t, webDefinition, map[string]func(*request){
		"digest":          image("nginx" + digest),
		"tag and digest":  image("nginx:1.27" + digest),
		"registry port":   image("localhost:5000/team/web_app:v1.2-rc.3"),
		"number sign":     image("web#1"),
		"long and digest": image(strings.Repeat("a", 255) + digest),
	})
}

func TestNetworkModeRefusals(t *testing.T) {
	awsvpc := func() *request { in := webDefinition(); in.NetworkMode = types.NetworkModeAwsvpc; return in }
	testRefusals(t, awsvpc, []refusal{
		{"unknown mode", func(in *request) { in.NetworkMode = "nat" }, "networkMode should be one of [bridge,host,awsvpc,none]"},
		{"links", func(in *request) { first(in).Links = []string{"web"} }, "Links are not supported when networkMode=awsvpc."},
		{"hostname", func(in *request) { first(in).Hostname = ptr("h") }, "hostname is not supported on container when networkMode=awsvpc."},
		{"extra hosts", func(in *request) {
			first(in).ExtraHosts = []types.HostEntry{{Hostname: ptr("h"), IpAddress: ptr("10.0.0.1")}}
		},
			"Extra hosts are not supported on container when networkMode=awsvpc."},
		{"dns servers", func(in *request) { first(in).DnsServers = []string{"10.0.0.2"} }, "DNS servers are not supported on container when networkMode=awsvpc."},
		{"dns search domains", func(in *request) { first(in).DnsSearchDomains = []string{"local"} },
			"DNS search domains are not supported on container when networkMode=awsvpc."},
		{"disabled networking", func(in *request) { first(in).DisableNetworking = ptr(true) },
			"Disable Networking is not supported on container when networkMode=awsvpc."},
	})
	testAccepted(t, webDefinition, map[string]func(*request){
		"all of them on a bridge": func(in *request) {
			c := first(in)
			c.Hostname, c.DnsServers, c.DnsSearchDomains = ptr("h"), []string{"10.0.0.2"}, []string{"local"}
			c.ExtraHosts = []types.HostEntry{{Hostname: ptr("h"), IpAddress: ptr("10.0.0.1")}}
		},
	})
}

func TestLinkRefusals(t *testing.T) {
	testRefusals(t, webDefinition, []refusal{
		{"host mode", func(in *request) { in.NetworkMode = types.NetworkModeHost; first(in).Links = []string{"web"} },
			"Links are not supported when networkMode=host."},
		{"unknown", func(in *request) { first(in).Links = []string{"db:database"} }, "Container 'web' links to unknown container 'db'."},
		{"cycle", func(in *request) {
			first(in).Links = []string{"db:database"}
			addContainer(in, "db").Links = []string{"web"}
		}, "Container links should not have a cycle"},
	})
	testAccepted(t, webDefinition, map[string]func(*request){
		"a diamond": func(in *request) {
			addContainer(in, "a").Links = []string{"c"}
			addContainer(in, "b").Links = []string{"c"}
			addContainer(in, "c")
			first(in).Links = []string{"a", "b:other"}
		},
	})
}

func TestSizeRefusals(t *testing.T) {
	const help = " For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
	cpu := func(s string) func(*request) { return func(in *request) { in.Cpu = &s } }
	memory := func(s string) func(*request) { return func(in *request) { in.Memory = &s } }
	refusals := []refusal{
		{"neither limit", func(in *request) { first(in).Memory = nil },
			"Invalid setting for container 'web'. At least one of 'memory' or 'memoryReservation' must be specified."},
		{"zero limits", func(in *request) { first(in).Memory = ptr[int32](0) },
			"Invalid setting for container 'web'. At least one of 'memory' or 'memoryReservation' must be specified."},
		{"reservation above memory", func(in *request) { first(in).MemoryReservation = ptr[int32](129) },
			"Invalid setting for container 'web'. 'memory' must be greater than or equal to 'memoryReservation'."},
		{"memory above the task's", memory("127"), "The 'memory' setting for container 'web' is greater than for the task."},
		{"memory too small", func(in *request) { first(in).Memory = ptr[int32](3) }, "Invalid 'memory' setting for container 'web'."},
		{"negative memory", func(in *request) { first(in).Memory = ptr[int32](-1) }, "Invalid 'memory' setting for container 'web'."},
		{"reservation too small", func(in *request) { first(in).MemoryReservation = ptr[int32](3) }, "Invalid 'memoryReservation' setting for container 'web'."},
		{"negative cpu", func(in *request) { first(in).Cpu = -1 }, "Invalid 'cpu' setting for container 'web'."},
		{"sum of cpu", func(in *request) { in.Cpu = ptr("128"); first(in).Cpu = 100; addContainer(in, "b").Cpu = 29 },
			"The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'."},
		{"sum of reservations", func(in *request) {
			in.Memory = ptr("128")
			first(in).MemoryReservation = ptr[int32](100)
			addContainer(in, "b").MemoryReservation = ptr[int32](64)
		}, "The sum of all container 'memoryReservation' values cannot be greater than the value of the task 'memory'."},
	}
	for _, s := range []string{"127", "196609", "192.1 vcpu"} {
		refusals = append(refusals, refusal{"cpu " + s, cpu(s), "Invalid 'cpu' setting for task." + help})
	}
	for _, s := range []string{"0", "0GB", "9999999999"} {
		refusals = append(refusals, refusal{"memory " + s, memory(s), "Invalid 'memory' setting for task." + help})
	}
	testRefusals(t, webDefinition, refusals)
	testAccepted(t, webDefinition, map[string]func(*request){
		"only task memory":       func(in *request) { first(in).Memory, in.Memory = nil, ptr("64") },
		"only a reservation":     func(in *request) { first(in).Memory, first(in).MemoryReservation = nil, ptr[int32](64) },
		"equal limits":           func(in *request) { first(in).MemoryReservation = ptr[int32](128) },
		"least and most cpu":     cpu("192 vCPU"),
		"sums equal to task's":   func(in *request) { in.Cpu = ptr("128"); first(in).Cpu = 128 },
		"memory equal to task's": memory("128"),
	})
	for _, s := range []string{"", "abc", "1e3 vcpu", "-1", "vcpu", "1 cpu", "99999999999999999999", "1..2 vcpu"} {
		in := webDefinition()
		in.Cpu = &s
		_, err := Register(in, testEnv)
		wantInvalidParameter(t, err, "Invalid 'cpu' setting for task.")
	}
	for _, s := range []string{"", "abc", "-1", "1 MB", "inf GB"} {
		in := webDefinition()
		in.Memory = &s
		_, err := Register(in, testEnv)
		wantInvalidParameter(t, err, "Invalid 'memory' setting for task.")
	}
}
