package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/terminal"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview/text"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceload"
)

var loadCommand = subcommand{
	name:    "load",
	summary: "have a service's tasks share a load, without Docker; or list loads",
	examples: []example{
		{"ecs-emulator load api --cpu 3", "running tasks of api use 3 vCPU in total, until it is cleared"},
		{"ecs-emulator load api --cluster shop --cpu 1.5 --memory 512 --for 10m", ""},
		{"ecs-emulator load api --requests 50", "50 requests a second come to api through its application load balancer"},
		{"ecs-emulator load", "lists all loads"},
	},
	arguments: []argument{{name: "service", about: "name, cluster/name or ARN of a service (default: list the loads)", optional: true}},
	declare:   declareLoad,
}

func declareLoad(flags *flagSet) action {
	var wanted serviceload.Load
	var lasts time.Duration
	endpoint := endpointFlag(flags)
	flags.StringVar(&wanted.Cluster, "cluster", "", "`cluster` of the service (default: default; without a service: all)")
	flags.Var(amount{&wanted.CPU}, "cpu", "`vCPU` that all tasks use together (default: what labels say of each)")
	flags.Var(amount{&wanted.Memory}, "memory", "`MiB` that all tasks use together (default: what labels say of each)")
	flags.Var(amount{&wanted.Requests}, "requests", "`number` of requests a second to the service, through its application load balancers (default: none)")
	flags.DurationVar(&lasts, "for", 0, "`duration` after which it ends, on the emulator's clock (0: until it is cleared)")
	return func(ctx context.Context, args []string, stdout, _ io.Writer) error {
		wanted.Service = args[0]
		if lasts != 0 {
			wanted.For = lasts.String()
		}
		switch err := wanted.Check(); {
		case wanted.Service == "" && (!wanted.Empty() || lasts != 0):
			return usageError{errors.New("<service> is missing: say whose tasks share the load")}
		case wanted.Service == "":
			return listLoads(ctx, *endpoint, wanted.Cluster, stdout)
		case err != nil:
			return usageError{err}
		}
		return setLoad(ctx, *endpoint, wanted)
	}
}

func setLoad(ctx context.Context, endpoint string, wanted serviceload.Load) error {
	body, err := json.Marshal(wanted)
	if err != nil {
		return err
	}
	response, err := ask(ctx, http.MethodPost, endpoint, "load", nil, bytes.NewReader(body))
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// listLoads lists the loads in a cluster, by its name or ARN, or in all clusters if that is empty.
func listLoads(ctx context.Context, endpoint, cluster string, stdout io.Writer) error {
	var all struct{ Loads []serviceload.Load }
	if err := askJSON(ctx, http.MethodGet, endpoint, "load", nil, &all); err != nil {
		return err
	}
	if cluster != "" {
		cluster = arn.Name(cluster)
		all.Loads = slices.DeleteFunc(all.Loads, func(l serviceload.Load) bool { return l.Cluster != cluster })
	}
	if len(all.Loads) == 0 {
		fmt.Fprintln(stdout, "no loads")
		return nil
	}
	table := text.Listing{Head: []string{"SERVICE", "CPU", "MEMORY", "REQUESTS", "UNTIL"}, Names: []int{0}}
	for _, l := range all.Loads {
		until := "it is cleared"
		if !l.Until.IsZero() {
			until = moment(&l.Until)
		}
		table.Rows = append(table.Rows, []string{
			l.Cluster + "/" + l.Service, orDash(amount{&l.CPU}.with(" vCPU")), orDash(amount{&l.Memory}.with(" MiB")), orDash(amount{&l.Requests}.with("/s")), until,
		})
	}
	screen, _ := terminal.Of(stdout)
	_, err := io.WriteString(stdout, table.Fit(screen.Width))
	return err
}

var clearLoadCommand = subcommand{
	name:      "load clear",
	summary:   "end the load of one service, or all",
	arguments: []argument{{name: "service", about: "name, cluster/name or ARN of a service (default: all loads)", optional: true}},
	declare: func(flags *flagSet) action {
		endpoint := endpointFlag(flags)
		cluster := flags.String("cluster", "", "`cluster` of the service (default: default)")
		return func(ctx context.Context, args []string, _, _ io.Writer) error {
			query := url.Values{}
			for name, value := range map[string]string{"service": args[0], "cluster": *cluster} {
				if value != "" {
					query.Set(name, value)
				}
			}
			return askJSON(ctx, http.MethodDelete, *endpoint, "load", query, nil)
		}
	},
}

// amount is the flag of a number that need not be given.
type amount struct{ of **float64 }

// String is empty for the flag's zero value, which package flag makes.
func (a amount) String() string { return a.with("") }

func (a amount) with(unit string) string {
	if a.of == nil || *a.of == nil {
		return ""
	}
	return strconv.FormatFloat(**a.of+0, 'f', -1, 64) + unit // -0 is 0
}

func (a amount) Set(typed string) error {
	number, err := strconv.ParseFloat(typed, 64)
	if err != nil {
		return errors.New("parse error") // as package flag says it of a number
	}
	*a.of = &number
	return nil
}

func (a amount) Get() any { return 0.0 }
