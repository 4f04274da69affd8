// Command app is the application of tests and demonstrations: one static binary
// whose first argument says how it behaves.
//
//	serve <port> [text]   HTTP server, also on a range of ports, see serve.go
//	bare <port> <text>    HTTP server that logs nothing, for figures, see serve.go
//	mesh <port> <text> <grace> <rate> <url>…  serve and call other services, see mesh.go
//	fail <port> <status>  HTTP server that answers all requests with a status
//	udp <port> [text]     print each datagram and answer it with the text, likewise
//	sleep <duration>      "2s", or a bare number of seconds; ends at once on SIGTERM
//	linger <duration>     run until SIGTERM, and as long after it
//	farewell <name>       run until SIGTERM, and print then which IPv4 addresses a name leads to
//	exit <code>           write a line to standard error and exit
//	print <n> [rate]      write n lines, as many a second, and exit
//	recite <n>            write n lines and run until SIGTERM
//	eat <MiB>             use up memory, then sleep
//	burn <part> [duration]  use that part of a CPU until SIGTERM, or for so long
//	ignore-term           run until SIGKILL
//	env                   print the environment
//	check <url> [wait]    exit 0 when a GET is answered with a status below 400, or a
//	                      datagram to udp://<host>:<port>; it waits for a minute, or as long
//	ask <n> <url>…        ask each URL so many times, and print how long that takes, see ask.go
//	role <parameter>      print whom STS says the program is, the value of a parameter of
//	                      Systems Manager, and tasks, and whenever one of these changes
//	get <url>             print the status and the body of an answer, or a datagram that
//	                      answers one to udp://<host>:<port>
//	list-tasks            print the ARNs that ListTasks of the SDK answers
//	execute <task> <command>  ExecuteCommand, and AWS's session-manager-plugin for its
//	                      session, see execute.go
//	write <path> <text>   write a file, in folders that it makes
//	read <path>           print a file
//	route [count] [slow] [variable]…  be a log router of FireLens, see route.go
//	collect <port> [folder]  be a log agent, see collect.go
//	forward <agent> <mode> …  run a mode, and send what it prints to a log agent
//	times <name> <mode> … run a mode, print when it begins and ends
//	sh                    run the modes that are read, line by line; exit <code> ends it
//	each                  run modes that are read, all at once, see each.go
//	cat                   print what is read
//	echo <word>…          print words
//	stty size             print rows and columns of the terminal
//	pwd                   print the folder
//	id                    print the user
//	noise <n>             write n bytes, ever the same ones
//	hangup <path>         write a file on SIGHUP
//	die <signal>          end by a signal, by its number
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

type mode struct {
	min, max int
	run      func(args []string) error
}

// modes maps the first argument to what it runs and the least and largest number
// of arguments that follow.
var modes = map[string]mode{
	"serve":       {1, 2, serve},
	"bare":        {2, 2, serveBare},
	"mesh":        {4, 12, mesh},
	"fail":        {2, 2, serveStatus},
	"udp":         {1, 2, udp},
	"sleep":       {1, 1, sleep},
	"linger":      {1, 1, linger},
	"farewell":    {1, 1, farewell},
	"exit":        {1, 1, exit},
	"print":       {1, 3, printLines},
	"recite":      {1, 1, recite},
	"eat":         {1, 1, eat},
	"burn":        {1, 2, burn},
	"ignore-term": {0, 0, ignoreTerm},
	"env":         {0, 0, printEnvironment},
	"check":       {1, 2, check},
	"ask":         {2, 9, ask},
	"role":        {1, 1, role},
	"route":       {0, 9, route},
	"get":         {1, 1, get},
	"list-tasks":  {0, 0, listTasks},
	"execute":     {2, 2, execute},
	"write":       {2, 2, write},
	"read":        {1, 1, read},
	"times":       {2, 9, times},
	"collect":     {1, 2, collect},
	"sh":          {0, 0, shell},
	"each":        {0, 0, each},
	"cat":         {0, 0, cat},
	"echo":        {0, 9, echo},
	"stty":        {1, 1, stty},
	"pwd":         {0, 0, printFolder},
	"id":          {0, 0, printUser},
	"noise":       {1, 1, noise},
	"hangup":      {1, 1, hangup},
	"die":         {1, 1, die},
}

// patience is for how long a program waits for an answer, which comes at once where the machine is not
// busy. Where none is to come, who starts the program tells it to wait for less.
const patience = time.Minute

func init() { // it looks up modes itself
	modes["forward"] = mode{2, 9, forward}
}

func main() {
	if len(os.Args) < 2 {
		fail("usage: app serve|bare|mesh|fail|udp|sleep|linger|farewell|exit|print|recite|eat|burn|ignore-term|env|check|ask|role|route|collect|forward|get|list-tasks|execute|write|read|times|sh|each|cat|echo|stty|pwd|id|noise|hangup|die …")
	}
	mode, known := modes[os.Args[1]]
	if args := os.Args[2:]; !known || len(args) < mode.min || len(args) > mode.max {
		fail(fmt.Sprintf("cannot run %q", os.Args[1:]))
	} else if err := mode.run(args); err != nil {
		fail(err.Error())
	}
}

func fail(text string) {
	fmt.Fprintln(os.Stderr, text)
	os.Exit(1)
}

// terminated tells of SIGTERM and SIGINT, which process 1 of a container would
// otherwise ignore. Modes call it first: who stops a container that has just been started
// does not wait for it.
func terminated() <-chan os.Signal {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	return signals
}

func sleep(args []string) error {
	stop := terminated()
	d, err := duration(args[0])
	if err != nil {
		return err
	}
	select {
	case <-time.After(d):
		return nil
	case <-stop:
		os.Exit(128 + int(syscall.SIGTERM))
	}
	return nil
}

func linger(args []string) error {
	stop := terminated()
	d, err := duration(args[0])
	if err != nil {
		return err
	}
	fmt.Println("waiting for SIGTERM")
	<-stop
	time.Sleep(d)
	return nil
}

func farewell(args []string) error {
	stop := terminated()
	fmt.Println("waiting for SIGTERM")
	<-stop
	fmt.Println("terminated")
	addresses, err := net.DefaultResolver.LookupNetIP(context.Background(), "ip4", args[0])
	var missing *net.DNSError
	if errors.As(err, &missing) && missing.IsNotFound {
		err = nil
	}
	fmt.Println("at the end", args[0], "leads to", addresses)
	return err
}

func duration(text string) (time.Duration, error) {
	if d, err := time.ParseDuration(text); err == nil {
		return d, nil
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, fmt.Errorf("not a duration: %s", text)
	}
	return time.Duration(seconds * float64(time.Second)), nil
}

func exit(args []string) error {
	code, err := strconv.Atoi(args[0])
	if err != nil {
		return fmt.Errorf("not an exit code: %s", args[0])
	}
	fmt.Fprintln(os.Stderr, "exit", code)
	os.Exit(code)
	return nil
}

func recite(args []string) error {
	stop := terminated()
	if err := printLines(args); err != nil {
		return err
	}
	<-stop
	return nil
}

func printLines(args []string) error {
	n, err := strconv.Atoi(args[0])
	if err != nil {
		return fmt.Errorf("not a number: %s", args[0])
	}
	rate := 0.0
	if len(args) > 1 {
		if rate, err = strconv.ParseFloat(args[1], 64); err != nil || rate <= 0 {
			return fmt.Errorf("not a rate: %s", args[1])
		}
	}
	width := 0
	if len(args) > 2 {
		if width, err = strconv.Atoi(args[2]); err != nil {
			return fmt.Errorf("not a width: %s", args[2])
		}
	}
	w, began := bufio.NewWriter(os.Stdout), time.Now()
	for i := range n {
		if early := time.Until(began.Add(time.Duration(float64(i) / max(rate, 1) * float64(time.Second)))); rate > 0 && early > 0 {
			if err := w.Flush(); err != nil {
				return err
			}
			time.Sleep(early)
		}
		fmt.Fprintf(w, "%-*s\n", width, "line "+strconv.Itoa(i+1))
	}
	return w.Flush()
}

// eat touches each page, so that the memory counts.
func eat(args []string) error {
	stop := terminated()
	mib, err := strconv.Atoi(args[0])
	if err != nil {
		return fmt.Errorf("not a number of MiB: %s", args[0])
	}
	held := make([][]byte, 0, mib)
	for range mib {
		block := make([]byte, 1<<20)
		for i := 0; i < len(block); i += 4096 {
			block[i] = 1
		}
		held = append(held, block)
	}
	fmt.Println("ate", len(held), "MiB")
	<-stop
	fmt.Println("held", len(held), "MiB")
	return nil
}

func ignoreTerm([]string) error {
	signal.Ignore(syscall.SIGTERM, syscall.SIGINT)
	fmt.Println("ignoring SIGTERM")
	for {
		time.Sleep(time.Hour)
	}
}

func printEnvironment([]string) error {
	for _, variable := range os.Environ() {
		fmt.Println(variable)
	}
	return nil
}

func check(args []string) error {
	wait := patience
	if len(args) > 1 {
		var err error
		if wait, err = duration(args[1]); err != nil {
			return err
		}
	}
	if to, ok := strings.CutPrefix(args[0], "udp://"); ok {
		_, err := askDatagram(to, wait)
		return err
	}
	client := http.Client{Timeout: wait}
	answer, err := client.Get(args[0])
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s answered %s", args[0], answer.Status)
	}
	return nil
}
