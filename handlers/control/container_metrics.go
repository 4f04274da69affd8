package control

import (
	"context"
	"fmt"
)

// ContainerUsage is what a container uses that runs.
type ContainerUsage struct {
	Cluster, Service string // names; a task of no service has none
	Task, Container  string // id and name
	Engine           string // name; empty for the one engine without a name
	CPUSeconds       float64
	MemoryBytes      uint64
	// Received and Sent are bytes on the network: of a task with a network interface of its own, those of all its
	// containers.
	Received, Sent uint64
	Networked      bool
}

// MeasureContainers adds what each container uses, which is asked for when the metrics are read.
func MeasureContainers(read func(ctx context.Context) []ContainerUsage) Measure {
	return func(ctx context.Context, to *Exposition) { writeContainers(to, read(ctx)) }
}

func writeContainers(to *Exposition, all []ContainerUsage) {
	family := func(kind, name, help string, value func(ContainerUsage) any) {
		name = "ecs_emulator_container_" + name
		to.Family(kind, name, help)
		for _, c := range all {
			if v := value(c); v != nil {
				labels := []any{"cluster", c.Cluster, "service", c.Service, "task", c.Task, "container", c.Container}
				if c.Engine != "" {
					labels = append(labels, "engine", c.Engine)
				}
				to.Sample(name, v, labels...)
			}
		}
	}
	network := func(bytes func(ContainerUsage) uint64) func(ContainerUsage) any {
		return func(c ContainerUsage) any {
			if !c.Networked {
				return nil
			}
			return bytes(c)
		}
	}
	family("counter", "cpu_seconds_total", "CPU time of containers that run.", func(c ContainerUsage) any { return fmt.Sprintf("%.9g", c.CPUSeconds) })
	family("gauge", "memory_bytes", "Memory of containers that run, without cached files, as CloudWatch counts it.", func(c ContainerUsage) any { return c.MemoryBytes })
	family("counter", "network_receive_bytes_total", "What containers have received; those of a task in awsvpc mode share one interface.", network(func(c ContainerUsage) uint64 { return c.Received }))
	family("counter", "network_transmit_bytes_total", "What containers have sent, likewise.", network(func(c ContainerUsage) uint64 { return c.Sent }))
}
