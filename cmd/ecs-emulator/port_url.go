package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// portURL are the flags by which `ports` prints the URL of one port.
type portURL struct {
	url     bool
	port    int
	cluster string
}

func declarePortURL(flags *flagSet) *portURL {
	p := &portURL{}
	flags.BoolVar(&p.url, "url", false, "print the URL of one port alone; the tasks of a service take turns with it; its environment variable is ECS_EMULATOR_PORTS_URL")
	flags.variable("url", "ECS_EMULATOR_PORTS_URL") // ECS_EMULATOR_URL is what a user may call the endpoint's
	flags.IntVar(&p.port, "container-port", 0, "with --url, the `number` of a container port, if tasks have several")
	flags.StringVar(&p.cluster, "cluster", "", "`cluster` of the service, if several have one of that name")
	return p
}

// print asks for the ports of a service or a task, and prints the URL of one.
func (p *portURL) print(ctx context.Context, endpoint string, query url.Values, stdout io.Writer) error {
	of := query.Get("of")
	if of == "" {
		return usageError{errors.New("--url needs the name of a service or the id of a task: ecs-emulator ports web --url")}
	}
	var answer portsOfTasks
	if err := askJSON(ctx, http.MethodGet, endpoint, "tasks", query, &answer); err != nil {
		return err
	}
	var ports []localPort
	for _, t := range answer.Tasks {
		for _, c := range t.Containers {
			for _, port := range c.Ports {
				port.leaves = t.DesiredStatus != "RUNNING"
				ports = append(ports, port)
			}
		}
	}
	best, err := p.choose(of, ports)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "http://%s\n", best.Address)
	return err
}

// choose returns the port of the container port that is meant: one of the same number, which
// leads to another task of the service when this one ends, before others.
func (p *portURL) choose(of string, ports []localPort) (localPort, error) {
	var numbers []int
	ports = slices.DeleteFunc(ports, func(port localPort) bool { return port.Protocol != "tcp" })
	for _, port := range ports {
		numbers = append(numbers, port.ContainerPort)
	}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	switch {
	case len(numbers) == 0:
		return localPort{}, fmt.Errorf("no TCP port of this host leads to %s: no task of it is RUNNING, or its containers have no portMappings", of)
	case p.port != 0 && !slices.Contains(numbers, p.port):
		return localPort{}, fmt.Errorf("%s has no container port %d; it has %s", of, p.port, numbersOf(numbers))
	case p.port == 0 && len(numbers) > 1:
		return localPort{}, fmt.Errorf("%s has several container ports: choose with --container-port one of %s", of, numbersOf(numbers))
	}
	rank := func(port localPort) int {
		_, number, _ := net.SplitHostPort(port.Address)
		switch {
		case number == strconv.Itoa(port.ContainerPort):
			return 0
		case !port.leaves:
			return 1
		}
		return 2
	}
	meant := slices.DeleteFunc(ports, func(port localPort) bool { return p.port != 0 && port.ContainerPort != p.port })
	return slices.MinFunc(meant, func(a, b localPort) int { return rank(a) - rank(b) }), nil
}

func numbersOf(list []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", ", "), "[]")
}
