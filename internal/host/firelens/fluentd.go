package firelens

// fluentd is Fluentd's format, as AWS's generator of configurations writes it (FL-22).
func (p pipeline) fluentd() string {
	var s sections
	for _, in := range p.inputs {
		s.begin("<source>", "@type "+in.name)
		if in.tag != "" {
			s.line("tag " + in.tag)
		}
		s.options(in.options, "")
		s.end("</source>")
	}
	for _, f := range p.include {
		s.grep(f, "regexp")
	}
	for _, f := range p.exclude {
		s.grep(f, "exclude")
	}
	if p.fields != nil {
		s.begin("<filter **>", "@type record_transformer", "<record>")
		s.options(p.fields, "    ")
		s.line("</record>")
		s.end("</filter>")
	}
	if p.file != "" {
		s.WriteString("\n@include " + p.file + "\n")
	}
	for _, out := range p.outputs {
		s.begin("<match "+out.tag+">", "@type "+out.name)
		s.options(out.options, "")
		s.end("</match>")
	}
	return s.String()
}

func (s *sections) grep(f grep, kind string) {
	s.begin("<filter "+f.tag+">", "@type  grep", "<"+kind+">", "    key log", "    pattern "+f.pattern, "</"+kind+">")
	s.end("</filter>")
}
