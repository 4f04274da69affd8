package main

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

var logsCommand = subcommand{
	name:    "logs",
	summary: "show the output of a container, also after it has stopped",
	examples: []example{
		{"ecs-emulator logs 8615d354 --follow", "the only container of a task"},
		{"ecs-emulator logs 8615d354 nginx --tail 20", ""},
	},
	arguments: []argument{
		{name: "task", about: "id or ARN of a task, or the id of a container"},
		{name: "container", about: "name of the container, if the task has several", optional: true},
	},
	declare: declareLogs,
}

func declareLogs(flags *flagSet) action {
	endpoint := endpointFlag(flags)
	follow := flags.Bool("follow", false, "go on until the container stops")
	tail := flags.Int("tail", 0, "show the last `n` lines only (0: all)")
	return func(ctx context.Context, args []string, stdout, _ io.Writer) error {
		query := url.Values{"task": {args[0]}, "container": {args[1]}}
		if *follow {
			query.Set("follow", "true")
		}
		if *tail > 0 {
			query.Set("tail", strconv.Itoa(*tail))
		}
		response, err := ask(ctx, http.MethodGet, *endpoint, "logs", query, nil)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		_, err = io.Copy(stdout, response.Body)
		return err
	}
}
