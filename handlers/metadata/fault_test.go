package metadata_test

import (
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/metadata"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Source of the words: the source of the container agent.
func TestFaultsAreRefusedByWhatIsMissing(t *testing.T) {
	b := newBench(t)
	permit := func(d *types.TaskDefinition, _ *state.Task) { d.EnableFaultInjection = aws.Bool(true) }
	plain := b.put("plain", types.NetworkModeAwsvpc, "", onFargate)
	bridge, host := b.put("bridge", types.NetworkModeBridge, b.instance(), permit), b.put("host", types.NetworkModeHost, b.instance(), permit)
	const port = `{"Port":80,"Protocol":"tcp","TrafficType":"ingress"}`
	const notYet = "ecs-emulator does not inject network faults yet: nothing has been changed"
	for _, c := range []struct {
		task             *state.Task
		from, path, body string
		status           int
		want             string
	}{
		{plain, fargateAddress, "network-blackhole-port/start", "", 400, "required request body is missing"},
		{plain, fargateAddress, "network-blackhole-port/start", "{}", 400, "required parameter Port is missing"},
		{plain, fargateAddress, "network-blackhole-port/status", `{"Port":80}`, 400, "required parameter Protocol is missing"},
		{plain, fargateAddress, "network-blackhole-port/stop", `{"Port":80,"Protocol":"tcp"}`, 400, "required parameter TrafficType is missing"},
		{plain, fargateAddress, "network-blackhole-port/start", `{"Port":80,"Protocol":"icmp","TrafficType":"ingress"}`, 400, "invalid value icmp for parameter Protocol"},
		{plain, fargateAddress, "network-blackhole-port/start", `{"Port":80,"Protocol":"tcp","TrafficType":"all"}`, 400, "invalid value all for parameter TrafficType"},
		{plain, fargateAddress, "network-latency/start", `{"JitterMilliseconds":1}`, 400, "required parameter DelayMilliseconds is missing"},
		{plain, fargateAddress, "network-latency/start", `{"DelayMilliseconds":1}`, 400, "required parameter JitterMilliseconds is missing"},
		{plain, fargateAddress, "network-latency/start", `{"DelayMilliseconds":0,"JitterMilliseconds":0}`, 400, "required either DelayMilliseconds or JitterMilliseconds to be non-zero"},
		{plain, fargateAddress, "network-latency/start", `{"DelayMilliseconds":9,"JitterMilliseconds":0}`, 400, "required parameter Sources is missing"},
		{plain, fargateAddress, "network-packet-loss/start", `{"Sources":["10.0.0.1"]}`, 400, "required parameter LossPercent is missing"},
		{plain, fargateAddress, "network-packet-loss/start", `{"LossPercent":101,"Sources":["10.0.0.1"]}`, 400, "invalid value 101 for parameter LossPercent"},
		{plain, fargateAddress, "network-packet-loss/start", `{"LossPercent":9,"Sources":["there"]}`, 400, "invalid value there for parameter Sources"},
		{plain, fargateAddress, "network-packet-loss/start", `{"LossPercent":9,"Sources":["10.0.0.0/8"],"SourcesToFilter":["here"]}`, 400, "invalid value here for parameter SourcesToFilter"},
		{plain, fargateAddress, "network-packet-loss/start", `{"LossPercent":9,"Sources":["10.0.0.1"],"FlowsPercent":0}`, 400, "invalid value 0 for parameter FlowsPercent"},
		{plain, fargateAddress, "network-blackhole-port/start", port, 400, "enableFaultInjection is not enabled for task: " + plain.ARN},
		{plain, fargateAddress, "network-latency/status", "", 400, "enableFaultInjection is not enabled for task: " + plain.ARN},
		{plain, strangeAddress, "network-blackhole-port/start", port, 404, "unable to lookup container: " + endpointID(plain, plain.Status.Container("web"))},
		{bridge, machineAddress, "network-blackhole-port/start", port, 400, "bridge mode is not supported. Please use either host or awsvpc mode."},
		{host, machineAddress, "network-blackhole-port/start", port, 400, notYet},
		{host, machineAddress, "network-latency/start", `{"DelayMilliseconds":9,"JitterMilliseconds":0,"Sources":["10.0.0.1"],"FlowsPercent":50}`, 400, notYet},
		{host, machineAddress, "network-packet-loss/stop", "{}", 400, notYet},
	} {
		status, body, _ := b.ask(c.from, http.MethodPost, at("api", c.task, "web")+"/fault/v1/"+c.path, c.body)
		if want := `{"Error":"` + c.want + `"}`; status != c.status || body != want {
			t.Errorf("%s %s: %d %s\nwant %d %s", c.path, c.body, status, body, c.status, want)
		}
	}
	b.options.Rate = metadata.DefaultRate
	b.open()
	path := at("api", host, "web") + "/fault/v1/network-blackhole-port/start"
	for _, want := range []int{http.StatusBadRequest, http.StatusTooManyRequests} {
		if status, _, _ := b.ask(machineAddress, http.MethodPost, path, port); status != want {
			t.Errorf("one after the other: %d, want %d", status, want)
		}
	}
}
