package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/processgroup"
	api "github.com/ecs-emulator/ecs-emulator/emulator"
)

// emulator is the process under test, over all its lives: one data directory and one
// address.
type emulator struct {
	settings
	address  string
	dir      string
	log      *os.File
	client   *ecs.Client
	registry *ecr.Client
	cmd      *exec.Cmd
	exited   chan struct{}
}

func newEmulator(s settings) (*emulator, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	e := &emulator{settings: s, address: l.Addr().String()}
	if err := l.Close(); err != nil {
		return nil, err
	}
	if e.dir, err = os.MkdirTemp("", "ecs-emulator-soak"); err != nil {
		return nil, err
	}
	if e.log, err = os.OpenFile(s.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644); err != nil {
		return nil, err
	}
	config := aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String("http://" + e.address),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
	}
	e.client, e.registry = ecs.NewFromConfig(config), ecr.NewFromConfig(config)
	return e, nil
}

// start starts the emulator and returns when it answers.
func (e *emulator) start(ctx context.Context, flags ...string) error {
	args := append([]string{
		"serve", "--listen", e.address, "--engine", "docker", "--data-dir", e.dir, "--default-launch-type", "FARGATE",
	}, flags...)
	cmd := exec.Command(e.binary, args...)
	cmd.Stderr = e.log
	processgroup.Own(cmd) // Ctrl-C is for this program, which ends the emulator
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the emulator: %w", err)
	}
	exited := make(chan struct{})
	e.cmd, e.exited = cmd, exited
	go func() {
		_ = cmd.Wait()
		close(exited)
	}()
	return until(ctx, "the emulator to answer", func() (bool, error) {
		select {
		case <-exited:
			return false, fmt.Errorf("the emulator has ended (-log FILE keeps what it says): %s", cmd.ProcessState)
		default:
		}
		_, err := e.client.ListClusters(ctx, &ecs.ListClustersInput{})
		return err == nil, nil
	})
}

// kill ends the emulator as a power cut would.
func (e *emulator) kill() {
	_ = e.cmd.Process.Kill()
	<-e.exited
}

// interrupt ends the emulator in order.
func (e *emulator) interrupt() error {
	if err := e.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	select {
	case <-e.exited:
	case <-time.After(patience):
		e.kill()
		return errors.New("the emulator has not ended after an interrupt")
	}
	if code := e.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("the emulator ended with %d after an interrupt", code)
	}
	return nil
}

// discard ends the emulator if it still runs, and removes all that it has. That there
// was something on the engine is an error.
func (e *emulator) discard(ctx context.Context) error {
	if e.cmd != nil {
		select {
		case <-e.exited:
		default:
			e.kill()
		}
	}
	return errors.Join(e.clear(ctx), e.log.Close(), os.RemoveAll(e.dir))
}

// clear removes what the emulator has on the engine, until a look finds nothing: the
// engine may still be making what it was last asked for, or be about to come back.
func (e *emulator) clear(ctx context.Context) error {
	owner := e.owner()
	if owner == "" {
		return nil // it has not come as far as the engine
	}
	var removed []error
	var last error
	err := until(ctx, "the engine to be clear", func() (bool, error) {
		var all, pruned []api.Owner
		all, last = api.Owners(ctx, "docker")
		if last != nil {
			return false, nil
		}
		if !slices.ContainsFunc(all, func(o api.Owner) bool { return o.ID == owner }) {
			return true, nil
		}
		pruned, last = api.Prune(ctx, api.PruneOptions{Owners: []string{owner}, Force: true})
		for _, o := range pruned {
			removed = append(removed, fmt.Errorf("removed what was left on the engine: containers: %d, networks: %d, volumes: %d", o.Containers, o.Networks, o.Volumes))
		}
		return false, nil
	})
	if err != nil {
		err = fmt.Errorf("remove what owner %s has on the engine: %w", owner, errors.Join(err, last))
	}
	return errors.Join(append(removed, err)...)
}

// owner is the label by which everything of the emulator is known on the engine.
func (e *emulator) owner() string {
	id, _ := os.ReadFile(filepath.Join(e.dir, "owner")) // without it nothing would be found
	return strings.TrimSpace(string(id))
}

// goroutines reads how many the emulator has.
func (e *emulator) goroutines(ctx context.Context) (float64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+e.address+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		if number, ok := strings.CutPrefix(lines.Text(), "go_goroutines "); ok {
			return strconv.ParseFloat(number, 64)
		}
	}
	return 0, errors.New("/metrics has no go_goroutines")
}

// patience is how long a condition may take to come true.
const patience = 4 * time.Minute

// until asks again and again.
func until(ctx context.Context, what string, done func() (bool, error)) error {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for limit := time.After(patience); ; {
		if ok, err := done(); ok || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-limit:
			return fmt.Errorf("waited %s for %s", patience, what)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
