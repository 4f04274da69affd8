package text

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

// containerInstances has those first that are not as wanted.
func (r *renderer) containerInstances() *table {
	t := &table{columns: []column{
		{title: "INSTANCE"}, r.clusterColumn, {title: "EC2 INSTANCE", optional: true}, {title: "ENGINE", enough: 10}, {title: "STATUS"}, {title: "RUNNING", right: true},
		{title: "PENDING", right: true}, {title: "CPU LEFT", right: true}, {title: "MEMORY LEFT", right: true}, {title: "GPUS", right: true},
		{title: "HOST PORTS", least: 10},
	}, count: len(r.ContainerInstances), notAsWanted: &r.NotAsWanted.ContainerInstances}
	for _, wanted := range []bool{false, true} {
		for i := range r.ContainerInstances {
			if c := &r.ContainerInstances[i]; (c.NotAsWanted == "") == wanted {
				t.items = append(t.items, r.containerInstance(c))
			}
		}
	}
	return t
}

func (r *renderer) containerInstance(c *overview.ContainerInstance) *item {
	row := []cell{
		{text: activity.ShortID(c.ID)}, r.cluster(c.ClusterARN), {text: c.EC2InstanceID}, {text: c.Engine}, {text: c.Status, tone: Good}, count(c.Running), count(c.Pending),
		left(c.Remaining.CPU, c.Registered.CPU), left(c.Remaining.Memory, c.Registered.Memory), {},
		{text: hostPorts(c)},
	}
	if c.Registered.GPUs > 0 {
		row[9] = left(c.Remaining.GPUs, c.Registered.GPUs)
	}
	if c.Status != "ACTIVE" || c.NotAsWanted != "" {
		row[4].tone = Busy
	}
	return &item{rows: [][]cell{row}, tail: c.NotAsWanted, notAsWanted: c.NotAsWanted != ""}
}

func left(remaining, registered int) cell {
	return cell{text: fmt.Sprintf("%d/%d", remaining, registered)}
}

func hostPorts(c *overview.ContainerInstance) string {
	var parts []string
	for _, p := range c.Ports {
		parts = append(parts, strconv.Itoa(int(p)))
	}
	for _, p := range c.PortsUDP {
		parts = append(parts, strconv.Itoa(int(p))+"/udp")
	}
	return strings.Join(parts, ", ")
}
