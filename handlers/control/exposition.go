package control

import (
	"bytes"
	"fmt"
	"strings"
)

// Exposition is metrics in Prometheus' text format, version 0.0.4:
// https://prometheus.io/docs/instrumenting/exposition_formats/
type Exposition struct{ bytes.Buffer }

// Family begins the samples of a metric.
func (e *Exposition) Family(kind, name, help string) {
	fmt.Fprintf(&e.Buffer, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// Sample adds a value with labels, each a name and a value.
func (e *Exposition) Sample(name string, value any, labels ...any) {
	var with []string
	for i := 0; i+1 < len(labels); i += 2 {
		with = append(with, fmt.Sprintf("%s=%q", labels[i], fmt.Sprint(labels[i+1])))
	}
	if len(with) > 0 {
		name += "{" + strings.Join(with, ",") + "}"
	}
	fmt.Fprintln(&e.Buffer, name, value)
}
