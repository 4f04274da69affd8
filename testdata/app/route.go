package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// route is a log router of FireLens: it does what its configuration for Fluent Bit says of the socket, of filters and of fields,
// and prints each record as a line of JSON, or with the argument count how many it got of the lines of print, now and then.
// With the argument slow it takes its time for each record of a container, with unread it reads none. Of variables it prints
// those whose names its other arguments are.
func route(args []string) error {
	config, err := readRouterConfig("/fluent-bit/etc/fluent-bit.conf")
	if err != nil {
		return err
	}
	unread := false
	for _, name := range args {
		switch name {
		case "unread":
			unread = true
		case "count":
			config.counts = map[string]string{}
			go func() {
				for range time.Tick(time.Second / 4) {
					config.printCounts()
				}
			}()
		case "slow":
			config.pause = 5 * time.Millisecond
		default:
			fmt.Printf("%s=%s\n", name, os.Getenv(name))
		}
	}
	_ = os.Remove(config.socket) // of a run before
	listener, err := net.Listen("unix", config.socket)
	if err != nil {
		return err
	}
	fmt.Println("routing")
	end := terminated()
	if unread {
		<-end
		return listener.Close()
	}
	go func() {
		<-end
		_ = listener.Close()
	}()
	var conns sync.WaitGroup
	for {
		conn, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			conns.Wait() // the others have stopped before, so there is no more to come
			config.printCounts()
			return nil
		}
		if err != nil {
			return err
		}
		conns.Go(func() { config.take(conn) })
	}
}

// routerConfig is what route understands of a configuration.
type routerConfig struct {
	socket  string
	fields  map[string]any
	filters []func(tag, line string) bool // that records pass
	out     *sync.Mutex
	counts  map[string]string // the last line of each tag, or what is wrong; nil: records are printed
	printed map[string]string // of the counts
	pause   time.Duration     // before each record of a connection
}

// readRouterConfig reads a configuration in Fluent Bit's own format.
func readRouterConfig(path string) (c routerConfig, err error) {
	c = routerConfig{fields: map[string]any{}, out: &sync.Mutex{}, printed: map[string]string{}}
	text, err := os.ReadFile(path)
	if err != nil {
		return c, err
	}
	tag := ""
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		name, rest, _ := strings.Cut(strings.TrimSpace(value), " ")
		switch key {
		case "@INCLUDE":
			more, err := os.ReadFile(value)
			if err != nil {
				return c, err
			}
			fmt.Println("included:", strings.Join(strings.Fields(string(more)), " "))
		case "unix_path":
			c.socket = value
		case "Match":
			tag = strings.TrimSuffix(value, "*")
		case "Record":
			c.fields[name] = rest
		case "Regex", "Exclude":
			pattern, err := regexp.Compile(rest)
			if err != nil {
				return c, err
			}
			prefix := tag
			c.filters = append(c.filters, func(tag, line string) bool {
				return !strings.HasPrefix(tag, prefix) || pattern.MatchString(line) == (key == "Regex")
			})
		}
	}
	return c, nil
}

// take prints the records of a connection: an array of tag, time and record each.
func (c routerConfig) take(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	r := bufio.NewReader(conn)
	for {
		time.Sleep(c.pause)
		value, err := readValue(r)
		if errors.Is(err, io.EOF) {
			return
		}
		entry, _ := value.([]any)
		if err != nil || len(entry) < 3 {
			fmt.Fprintln(os.Stderr, "no record:", value, err)
			return
		}
		tag, _ := entry[0].(string)
		record, _ := entry[2].(map[string]any)
		c.print(tag, record)
	}
}

func (c routerConfig) print(tag string, record map[string]any) {
	line, _ := record["log"].(string)
	for _, passes := range c.filters {
		if !passes(tag, line) {
			return
		}
	}
	for name, value := range c.fields {
		record[name] = value
	}
	record["tag"] = tag
	c.out.Lock()
	defer c.out.Unlock()
	if c.counts != nil {
		c.count(tag, line)
		return
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	_ = out.Encode(record)
}

// count notes the next line of a tag: "line 1", "line 2" and so on.
func (c routerConfig) count(tag, line string) {
	last, wrong := 0, false
	if was := c.counts[tag]; was != "" {
		n, err := strconv.Atoi(was)
		last, wrong = n, err != nil
	}
	switch next := strconv.Itoa(last + 1); {
	case wrong:
	case line == "line "+next:
		c.counts[tag] = next
	default:
		c.counts[tag] = fmt.Sprintf("%q after line %d", line, last)
	}
}

// printCounts prints the counts that it has not printed yet.
func (c routerConfig) printCounts() {
	c.out.Lock()
	defer c.out.Unlock()
	for tag, count := range c.counts {
		if c.printed[tag] != count {
			c.printed[tag] = count
			fmt.Println(tag, count)
		}
	}
}
