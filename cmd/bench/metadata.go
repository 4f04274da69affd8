package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"
)

const (
	metadataRow = "a request of a task to 169.254.170.2"
	// metadataAsks is how often a task asks in a round, by turns with the reference.
	metadataAsks = 1000
	// metadataSize is about what the metadata of a task with one container has.
	metadataSize = 1500
	metadataPort = "8080"
)

// measureMetadata has a task ask for its own metadata, and beside it a server in another task for
// as many bytes. Each request has a connection of its own.
func (b *bench) measureMetadata(ctx context.Context, ours *tasks) (err error) {
	server, err := ours.startCommand(ctx, "serve", metadataPort, strings.Repeat("x", metadataSize))
	defer func() { err = errors.Join(err, ours.clear(context.WithoutCancel(ctx), []string{server})) }()
	if err != nil {
		return err
	}
	address, err := ours.address(ctx, server)
	if err != nil {
		return err
	}
	bare := "http://" + address + ":" + metadataPort + "/"
	var own, theirs asked
	for range b.rounds {
		if err := ours.settle(ctx); err != nil {
			return err
		}
		one, other, err := ours.askMetadata(ctx, bare)
		if err != nil {
			return err
		}
		own.add(one)
		theirs.add(other)
	}
	p50, reference := median(own.p50), median(theirs.p50)
	b.report.add(row{
		name: metadataRow, figure: fmt.Sprintf("%.2f ms", p50/1000), reference: fmt.Sprintf("%.2f ms", reference/1000),
		ratio: p50 / reference, goal: atMost(2, ""),
	})
	rate, most := 1e6/median(own.mean), 1e6/median(theirs.mean)
	b.report.add(row{name: "  one after the other", figure: fmt.Sprintf("%.0f/s", rate), reference: fmt.Sprintf("%.0f/s", most), ratio: rate / most})
	return nil
}

// asked is what a task prints of a URL, in microseconds, for each round.
type asked struct{ p50, mean []float64 }

func (a *asked) add(other asked) {
	a.p50, a.mean = append(a.p50, other.p50...), append(a.mean, other.mean...)
}

// startCommand starts a task that runs a command. What starts later runs it too.
func (t *tasks) startCommand(ctx context.Context, command ...string) (arn string, err error) {
	if err := t.looks.Call("RegisterTaskDefinition", taskDefinition(t.image, one, command...), nil); err != nil {
		return "", err
	}
	return t.start(ctx)
}

func (t *tasks) address(ctx context.Context, arn string) (string, error) {
	found, err := t.containers(ctx, arn)
	if err != nil {
		return "", err
	}
	for _, c := range found {
		for _, network := range c.NetworkSettings.Networks {
			if network.IPAddress.IsValid() {
				return network.IPAddress.String(), nil
			}
		}
	}
	return "", errors.New("the task has no address")
}

func (t *tasks) askMetadata(ctx context.Context, bare string) (own, theirs asked, err error) {
	arn, err := t.startCommand(ctx, "ask", fmt.Sprint(metadataAsks), "$ECS_CONTAINER_METADATA_URI_V4/task", bare)
	defer func() { err = errors.Join(err, t.clear(context.WithoutCancel(ctx), []string{arn})) }()
	if err != nil {
		return own, theirs, err
	}
	found, err := t.containers(ctx, arn)
	if err == nil && len(found) == 0 {
		err = errors.New("the task has no container")
	}
	if err != nil {
		return own, theirs, err
	}
	// It ends with the container.
	output, err := t.docker.ContainerLogs(ctx, found[0].ID, client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true, Follow: true})
	if err != nil {
		return own, theirs, err
	}
	defer func() { _ = output.Close() }()
	var text bytes.Buffer
	if _, err := stdcopy.StdCopy(&text, &text, output); err != nil {
		return own, theirs, err
	}
	lines := bufio.NewScanner(&text)
	for _, a := range []*asked{&own, &theirs} {
		var p50, mean float64
		if !lines.Scan() {
			return own, theirs, errors.New("the task has not asked")
		}
		if _, err := fmt.Sscanf(lines.Text(), "asked %f %f", &p50, &mean); err != nil {
			return own, theirs, fmt.Errorf("the task says %q", lines.Text())
		}
		a.add(asked{[]float64{p50}, []float64{mean}})
	}
	return own, theirs, nil
}
