// Package costs asks a running emulator what its run would have cost on AWS, and shows the answer.
package costs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/terminal"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	answer "github.com/ecs-emulator/ecs-emulator/internal/ecs/costs"
)

// Command is what is to be shown, and of which emulator.
type Command struct {
	// Ask asks the emulator for a path below /_emulator/.
	Ask          func(ctx context.Context, path string, query url.Values) ([]byte, error)
	Service      string // name, cluster/name or ARN; empty: all
	Cluster      string // name or ARN; empty: all
	Since        string // a time, or how long ago on the emulator's clock; empty: from the beginning
	InstanceType string // to compare with; empty: the emulator's choice
	JSON         bool   // as the emulator answers it
}

// errWrong is of a Command that makes no sense.
var errWrong = errors.New("wrong")

// IsWrong tells whether an error is about the command line.
func IsWrong(err error) bool { return errors.Is(err, errWrong) }

type wrongError struct{ text string }

func (e wrongError) Error() string { return e.text }
func (wrongError) Unwrap() error   { return errWrong }

// Show writes the answer.
func (c *Command) Show(ctx context.Context, stdout io.Writer) error {
	query, err := c.query(ctx)
	if err != nil {
		return err
	}
	body, err := c.Ask(ctx, "costs", query)
	if err != nil {
		return err
	}
	if c.JSON {
		_, err := stdout.Write(body)
		return err
	}
	var report answer.Report
	if err := json.Unmarshal(body, &report); err != nil {
		return fmt.Errorf("read the emulator's costs: %w", err)
	}
	screen, _ := terminal.Of(stdout)
	_, err = io.WriteString(stdout, render(&report, screen, c.Service != ""))
	return err
}

func (c *Command) query(ctx context.Context) (url.Values, error) {
	query := url.Values{}
	cluster, service, err := c.scope()
	if err != nil {
		return nil, err
	}
	since, err := c.since(ctx)
	if err != nil {
		return nil, err
	}
	if arn.Is(c.Service) { // which tells the cluster, and as any ARN the account and the region
		cluster, service = "", c.Service
	}
	if arn.Is(c.Cluster) {
		cluster = c.Cluster
	}
	for name, value := range map[string]string{"cluster": cluster, "service": service, "since": since, "instance-type": c.InstanceType} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return query, nil
}

// scope is the cluster and the service whose costs are wanted.
func (c *Command) scope() (cluster, service string, err error) {
	cluster, service = arn.Name(c.Cluster), arn.Name(c.Service)
	of := ""
	switch named := strings.Split(c.Service, "/"); {
	case arn.Is(c.Service):
		of = arn.ClusterName(c.Service)
	case len(named) == 2:
		of = named[0]
	case len(named) > 2:
		return "", "", wrongError{fmt.Sprintf("service %q is neither a name nor cluster/name nor an ARN", c.Service)}
	}
	if of != "" && cluster != "" && of != cluster {
		return "", "", wrongError{fmt.Sprintf("service %s is not in the cluster %s of --cluster", c.Service, cluster)}
	}
	if of != "" {
		cluster = of
	}
	return cluster, service, nil
}

// since is the time from which costs are wanted, as the endpoint takes it.
func (c *Command) since(ctx context.Context) (string, error) {
	if c.Since == "" {
		return "", nil
	}
	if at, err := time.Parse(time.RFC3339, c.Since); err == nil {
		return at.Format(time.RFC3339Nano), nil
	}
	back, err := time.ParseDuration(c.Since)
	if err != nil || back < 0 {
		return "", wrongError{fmt.Sprintf("--since %q is neither a time such as 2026-10-01T12:00:00Z nor a duration such as 24h", c.Since)}
	}
	body, err := c.Ask(ctx, "clock", nil)
	if err != nil {
		return "", err
	}
	var clock struct {
		Now time.Time `json:"now"`
	}
	if err := json.Unmarshal(body, &clock); err != nil {
		return "", fmt.Errorf("read the emulator's clock: %w", err)
	}
	return clock.Now.Add(-back).Format(time.RFC3339Nano), nil
}
