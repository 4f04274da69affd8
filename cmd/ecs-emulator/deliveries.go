package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"text/tabwriter"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
)

var deliveriesCommand = subcommand{
	name:    "deliveries",
	summary: "list rules, schedules and what they bring to their targets",
	declare: asking(listDeliveries),
}

func listDeliveries(ctx context.Context, endpoint string, _ []string, stdout io.Writer) error {
	var all delivery.Report
	if err := askJSON(ctx, http.MethodGet, endpoint, "deliveries", nil, &all); err != nil {
		return err
	}
	sources := append(all.Rules, all.Schedules...)
	if len(sources)+len(all.Pending)+len(all.DeadLetters) == 0 {
		fmt.Fprintln(stdout, "no rules and no schedules")
		return nil
	}
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "RULE OR SCHEDULE\tNEXT DUE\tMATCHED\tSENT\tRETRIED\tFAILED\tDEAD LETTERS")
	for _, s := range sources {
		next := "-"
		switch {
		case !s.Enabled:
			next = "disabled"
		case s.NextDue != nil:
			next = s.NextDue.Format(time.RFC3339)
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%d\t%d\t%d\n", s.ARN, next, s.Matched, s.Sent, s.Retried, s.Failed, s.DeadLetters)
	}
	if len(all.Pending) > 0 {
		fmt.Fprintln(table, "\nPENDING FOR\tFROM\tNEXT CALL\tFAILURES\tLAST ERROR")
	}
	for _, d := range all.Pending {
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\n", d.TargetARN, d.Source, d.NextAt.Format(time.RFC3339), d.Failures, cmp.Or(d.LastError, "-"))
	}
	if len(all.DeadLetters) > 0 {
		fmt.Fprintln(table, "\nGIVEN UP FOR\tFROM\tAT\tRETRIES\tERROR\tDEAD-LETTER QUEUE")
	}
	for _, l := range all.DeadLetters {
		queue := cmp.Or(l.QueueARN, "-")
		if l.QueueError != "" {
			queue += ", which has not got it: " + l.QueueError
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s: %s\t%s\n", l.TargetARN, l.Source, l.At.Format(time.RFC3339), l.Retries, l.Code, l.Message, queue)
	}
	if all.MissedEvents > 0 {
		fmt.Fprintf(table, "\n%d events were gone before rules were asked\n", all.MissedEvents)
	}
	return table.Flush()
}
