// Package serviceload has the loads of services on the simulated engine: what all running tasks of a service share,
// as /_emulator/load and `ecs-emulator load` set it, and what functions in Go say.
//
//	board := &serviceload.Board{Store: rows, Now: clock.Now, Attach: attach}
//	board.Set(serviceload.Load{Service: "api", CPU: &three})
//	board.Of(labels, now) // 0.5 vCPU in each of six tasks
package serviceload

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Load is what the tasks of a service use together, and what comes to them.
type Load struct {
	// Cluster is the name or ARN of a cluster; empty is the one that Service names, or default.
	Cluster string `json:"cluster"`
	// Service is the name, cluster/name or ARN of a service.
	Service string   `json:"service"`
	CPU     *float64 `json:"cpu,omitempty"`    // vCPU; nil: each task uses what its labels say
	Memory  *float64 `json:"memory,omitempty"` // MiB; nil as for CPU
	// Requests are how many come in a second, through application load balancers; nil is none.
	Requests *float64 `json:"requests,omitempty"`
	// For is how long it lasts from now on, a duration of the emulator's clock as Go writes it; empty is until
	// it is cleared.
	For string `json:"for,omitempty"`
	// Until is when it ends by the emulator's clock, in answers alone.
	Until time.Time `json:"until,omitzero"`
}

// The most that a load may be, so that sums of it stay numbers.
const (
	maxCPU      = 1e6 // vCPU
	maxMemory   = 1e9 // MiB
	maxRequests = 1e6 // a second
)

// Check says in one line what is wrong with a load that is wanted.
func (l Load) Check() error {
	if _, _, err := Names(l.Cluster, l.Service); err != nil {
		return err
	}
	if l.Empty() {
		return fmt.Errorf("the load of %s is missing: give cpu in vCPU, memory in MiB, requests a second, or several of them, such as 1.5, 512 and 50", l.Service)
	}
	for _, of := range []struct {
		name, unit string
		total      *float64
		most       float64
	}{{"cpu", "vCPU", l.CPU, maxCPU}, {"memory", "MiB", l.Memory, maxMemory}, {"requests", "requests a second", l.Requests, maxRequests}} {
		if n := of.total; n != nil && (math.IsNaN(*n) || *n < 0 || *n > of.most) {
			return fmt.Errorf("%s %g is no load: give %s from 0 to %.0f", of.name, *of.total, of.unit, of.most)
		}
	}
	if !l.Until.IsZero() {
		return errors.New("until is in answers alone: give for, how long the load lasts from now on, such as 10m")
	}
	_, err := l.lasts()
	return err
}

// Empty reports whether it says nothing of any part.
func (l Load) Empty() bool { return l.CPU == nil && l.Memory == nil && l.Requests == nil }

// lasts is how long the load lasts; 0 is until it is cleared.
func (l Load) lasts() (time.Duration, error) {
	if l.For == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(l.For)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("for %q is no time that a load can last: give a duration above zero, such as 90s or 10m", l.For)
	}
	return d, nil
}

// Names are the names of the cluster and the service that are meant.
func Names(cluster, service string) (clusterName, serviceName string, err error) {
	if _, of, isARN := strings.Cut(service, ":service/"); isARN {
		service = of
	}
	if _, of, isARN := strings.Cut(cluster, ":cluster/"); isARN {
		cluster = of
	}
	own, name, both := strings.Cut(service, "/")
	if !both {
		own, name = "", service
	}
	switch {
	case name == "":
		return "", "", errors.New("the service is missing: give its name, cluster/name or ARN")
	case own != "" && cluster != "" && own != cluster:
		return "", "", fmt.Errorf("service %s is not in cluster %s: give the cluster once", service, cluster)
	case own != "":
		cluster = own
	case cluster == "":
		cluster = "default"
	}
	return cluster, name, nil
}

// shareOf is the share of each of some running tasks in a total, at most the size that a task has if that is not 0. NaN
// without a total.
func shareOf(total *float64, running int, size float64) float64 {
	if total == nil {
		return math.NaN()
	}
	share := *total / float64(max(running, 1))
	if size > 0 {
		share = min(share, size)
	}
	return share
}

// Text is the load in words: "3 vCPU, 512 MiB, 50 requests/s".
func (l Load) Text() string {
	var all []string
	if l.CPU != nil {
		all = append(all, plain(*l.CPU)+" vCPU")
	}
	if l.Memory != nil {
		all = append(all, plain(*l.Memory)+" MiB")
	}
	if l.Requests != nil {
		all = append(all, plain(*l.Requests)+" requests/s")
	}
	return strings.Join(all, ", ")
}

// plain is a number without an exponent; -0 is 0.
func plain(n float64) string { return strconv.FormatFloat(n+0, 'f', -1, 64) }
