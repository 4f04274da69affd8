package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
)

// called is what has become of calls to a URL.
type called struct {
	Asked, Failed int
	Answered, By  map[string]int
}

// callers are the addresses of the tasks of a service.
func (m *mesh) callers(service string) (addresses []string) {
	m.Helper()
	for _, id := range m.tasksOf(service) {
		if task := m.task(id); *task.LastStatus == "RUNNING" {
			addresses = append(addresses, *task.Containers[0].NetworkInterfaces[0].PrivateIpv4Address)
		}
	}
	return addresses
}

// calls are the calls of some tasks, by URL.
func (m *mesh) calls(callers []string) map[string]called {
	m.Helper()
	sum := map[string]called{}
	for _, address := range callers {
		var list []struct {
			URL string
			called
		}
		m.eventually(address+" tells of its calls", func() bool {
			answer, err := http.Get(fmt.Sprintf("http://%s:%d/calls", address, directPort))
			if err != nil { // it does not listen yet
				return false
			}
			defer answer.Body.Close()
			return json.NewDecoder(answer.Body).Decode(&list) == nil
		})
		for _, c := range list {
			all, ok := sum[c.URL]
			if !ok {
				all = called{Answered: map[string]int{}, By: map[string]int{}}
			}
			all.Asked, all.Failed = all.Asked+c.Asked, all.Failed+c.Failed
			for text, n := range c.Answered {
				all.Answered[text] += n
			}
			for name, n := range c.By {
				all.By[name] += n
			}
			sum[c.URL] = all
		}
	}
	return sum
}

// next are so many more calls of some tasks to a URL, or to each of their URLs if it is empty.
func (m *mesh) next(callers []string, url string, more int) (c called) {
	m.Helper()
	before, after := m.calls(callers), map[string]called{}
	m.eventually("calls to "+url+" go on", func() bool {
		after = m.calls(callers)
		for u, then := range before {
			if (url == "" || url == u) && after[u].Asked < then.Asked+more {
				return false
			}
		}
		return true
	})
	c = called{Answered: map[string]int{}, By: map[string]int{}}
	for u, then := range before {
		if url != "" && url != u {
			continue
		}
		now := after[u]
		c.Asked, c.Failed = c.Asked+now.Asked-then.Asked, c.Failed+now.Failed-then.Failed
		for text, n := range now.Answered {
			c.Answered[text] += n - then.Answered[text]
		}
		for name, n := range now.By {
			c.By[name] += n - then.By[name]
		}
	}
	for _, counts := range []map[string]int{c.Answered, c.By} {
		maps.DeleteFunc(counts, func(_ string, n int) bool { return n == 0 })
	}
	return c
}

// failures are the calls that have failed, also those of tasks that have ended.
func (m *mesh) failures() (lines []string) {
	m.Helper()
	pages := cloudwatchlogs.NewFilterLogEventsPaginator(m.logs(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String(meshLogs)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(m.Context())
		m.must(err)
		for _, e := range page.Events {
			if strings.HasPrefix(*e.Message, "failed ") {
				lines = append(lines, *e.LogStreamName+": "+*e.Message)
			}
		}
	}
	slices.Sort(lines)
	return lines
}

// part runs a part of a test.
func (m *mesh) part(name string, part func()) {
	whole := m.T
	defer func() { m.T = whole }()
	if !whole.Run(name, func(t *testing.T) {
		m.T = t
		part()
	}) {
		whole.FailNow()
	}
}

// phase is a part in which no call of some services may fail, nor of any service before.
func (m *mesh) phase(name string, part func(), services ...string) {
	m.part(name, func() {
		part()
		var callers []string
		for _, s := range services {
			callers = append(callers, m.callers(s)...)
		}
		m.next(callers, "", 100)
		asked := m.calls(callers)
		for _, url := range slices.Sorted(maps.Keys(asked)) {
			m.Logf("%d calls to %s by tasks that run, %d failed", asked[url].Asked, url, asked[url].Failed)
			if asked[url].Failed > 0 {
				m.Errorf("calls to %s failed", url)
			}
		}
		if lines := m.failures(); len(lines) > 0 {
			m.Errorf("%d calls failed:\n%s\n%s", len(lines), strings.Join(lines[:min(len(lines), 20)], "\n"), m.log())
		}
	})
}
