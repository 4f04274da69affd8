// Package logrouter is the way of lines from the log driver fluentd of containers to the log routers that print them. All of it
// belongs to its caller's lock.
package logrouter

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/go-units"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// record is what the log driver makes of a line, and the log router gets.
type record struct {
	tag    string
	fields map[string]string
}

// Sender is the log driver fluentd of a container. It is asynchronous: what no router takes yet waits.
type Sender struct {
	socket, tag string
	id, name    string // of the container
	most        int    // records that wait
	cut         int    // lines that were sent in parts so far
	waiting     []record
}

// NewSender reads the options of the log driver of a container; nil is another driver.
// Source: Docker Engine documentation, "Fluentd logging driver".
func NewSender(log backend.Log, id, name string) *Sender {
	socket, local := strings.CutPrefix(log.Options["fluentd-address"], "unix://")
	if log.Driver != "fluentd" || !local {
		return nil
	}
	most, _ := BufferLimit(log) // which Create has checked
	return &Sender{socket: socket, tag: log.Options["tag"], id: id, name: name, most: most}
}

// BufferLimit is for how many records the log driver fluentd has room. Docker reads the number as it reads sizes: 25k. Without one
// there is room for a million, and with 0 for as many as the library has that sends them. The error has Docker's words.
// Source: fluent-logger-golang, fluent/fluent.go.
func BufferLimit(log backend.Log) (int, error) {
	text := log.Options["fluentd-buffer-limit"]
	if log.Driver != "fluentd" || text == "" {
		return 1 << 20, nil
	}
	most, err := units.RAMInBytes(text)
	return cmp.Or(int(most), 8<<10), err
}

// longestPart is how much of a line a log driver gets at a time. Source: moby, daemon/logger.
const longestPart = 16 << 10

// records are a line as the driver sends it: in parts if it is long. Source: recorded records of Docker.
func (s *Sender) records(stderr bool, line string) (all []record) {
	parts := slices.Collect(slices.Chunk([]byte(line), longestPart))
	if len(parts) == 0 {
		parts = [][]byte{nil}
	}
	for i, part := range parts {
		fields := map[string]string{"container_id": s.id, "container_name": "/" + s.name, "source": "stdout", "log": string(part)}
		if stderr {
			fields["source"] = "stderr"
		}
		if len(parts) > 1 {
			fields["partial_message"], fields["partial_id"] = "true", fmt.Sprintf("%064x", s.cut)
			fields["partial_ordinal"], fields["partial_last"] = strconv.Itoa(i+1), strconv.FormatBool(i == len(parts)-1)
		}
		all = append(all, record{s.tag, fields})
	}
	if len(parts) > 1 {
		s.cut++
	}
	return all
}
