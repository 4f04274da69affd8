package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/creack/pty"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// watched is an emulator in this process with many tasks, at which ps looks.
type watched struct {
	*testing.B
	srv    *emulator.Server
	client *ecs.Client
}

// BenchmarkGoalPS is what it costs to look at 10,000 tasks: to print them, to fill a screen, and to watch two of them end
// in a second.
func BenchmarkGoalPS(b *testing.B) {
	const services, tasks = 10, 10_000
	srv := emulator.Start(b, emulator.Options{Engine: "sim"})
	w := &watched{b, srv, ecs.NewFromConfig(srv.Config())}
	w.run(services, tasks)
	for name, show := range map[string]func(*exec.Cmd) error{"through a pipe": piped, "on a screen": onScreen} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				began := time.Now()
				if err := show(w.ps()); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(time.Since(began).Seconds()*1000, "ms≤300")
			}
		})
	}
	b.Run("watching", func(b *testing.B) {
		const during = 10 * time.Second
		w.B = b
		for b.Loop() {
			alone := w.change(during)
			watch := w.ps("--watch")
			screen, err := pty.StartWithSize(watch, &pty.Winsize{Cols: 140, Rows: 50})
			w.must(err)
			shown := make(chan int64, 1)
			go func() { n, _ := io.Copy(io.Discard, screen); shown <- n }()
			used := w.change(during)
			w.must(watch.Process.Signal(os.Interrupt))
			w.must(watch.Wait())
			_ = screen.Close()
			if n := <-shown; n == 0 {
				b.Fatal("ps --watch shows nothing")
			}
			used += watch.ProcessState.UserTime() + watch.ProcessState.SystemTime()
			b.ReportMetric(100*(used-alone).Seconds()/during.Seconds(), "%cpu≤2")
		}
	})
}

func (w *watched) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *watched) ps(args ...string) *exec.Cmd {
	return command(append([]string{"ps", "--endpoint", w.srv.URL()}, args...)...)
}

// run runs tasks in services until ps finds that all is as wanted.
func (w *watched) run(services, tasks int) {
	w.Helper()
	_, err := w.client.RegisterTaskDefinition(w.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("shop/web:1.4.2")}},
	})
	w.must(err)
	for i := range services {
		_, err := w.client.CreateService(w.Context(), &ecs.CreateServiceInput{
			ServiceName: aws.String(fmt.Sprint("web-", i)), TaskDefinition: aws.String("web"), LaunchType: types.LaunchTypeFargate,
			DesiredCount:         aws.Int32(int32(tasks / services)),
			NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: w.srv.Subnets()}},
		})
		w.must(err)
	}
	for end := time.Now().Add(3 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		found, err := w.client.DescribeClusters(w.Context(), &ecs.DescribeClustersInput{})
		w.must(err)
		if int(found.Clusters[0].RunningTasksCount) == tasks && w.ps().Run() == nil {
			return
		}
		if time.Now().After(end) {
			w.Fatalf("%d tasks run, and not all is as wanted", found.Clusters[0].RunningTasksCount)
		}
	}
}

// change stops a task twice a second, and returns the CPU time of this process meanwhile.
func (w *watched) change(d time.Duration) time.Duration {
	w.Helper()
	const every = 500 * time.Millisecond
	used := func() time.Duration {
		var u syscall.Rusage
		w.must(syscall.Getrusage(syscall.RUSAGE_SELF, &u))
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	list, err := w.client.ListTasks(w.Context(), &ecs.ListTasksInput{})
	w.must(err)
	began, before := time.Now(), used()
	for n := 0; time.Since(began) < d; n++ {
		_, err := w.client.StopTask(w.Context(), &ecs.StopTaskInput{Task: &list.TaskArns[n]})
		w.must(err)
		time.Sleep(time.Until(began.Add(time.Duration(n+1) * every)))
	}
	return used() - before
}

func piped(cmd *exec.Cmd) error {
	out, err := cmd.Output()
	if err == nil && len(out) < 10_000 {
		err = fmt.Errorf("ps prints %d bytes", len(out))
	}
	return err
}

func onScreen(cmd *exec.Cmd) error {
	screen, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 140, Rows: 50})
	if err != nil {
		return err
	}
	defer func() { _ = screen.Close() }()
	n, _ := io.Copy(io.Discard, screen) // ends with an error when the program closes its side
	if err := cmd.Wait(); err != nil {
		return err
	}
	if n == 0 {
		return errors.New("ps shows nothing")
	}
	return nil
}
