package awslogs

import (
	"fmt"
	"regexp"
	"strings"
)

// datetimeDirectives are what strftime knows of a time, as expressions. What of them the driver
// takes is in Docker's documentation of the awslogs logging driver.
var datetimeDirectives = map[byte]string{
	'a': "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)",
	'A': "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day",
	'w': "[0-6]",
	'd': "(?:0[1-9]|[12][0-9]|3[01])",
	'b': "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)",
	'B': "(?:January|February|March|April|May|June|July|August|September|October|November|December)",
	'm': "(?:0[1-9]|1[0-2])",
	'Y': "[0-9]{4}",
	'y': "[0-9]{2}",
	'H': "(?:[01][0-9]|2[0-3])",
	'I': "(?:0[1-9]|1[0-2])",
	'p': "[AP]M",
	'M': "[0-5][0-9]",
	'S': "[0-5][0-9]",
	'L': `\.?[0-9]{3}`,
	'f': "[0-9]{6}",
	'z': "[+-][0-9]{4}",
	'Z': "[A-Z]{1,4}",
	'j': "(?:[0-2][0-9]{2}|3[0-5][0-9]|36[0-6])",
	'%': "%",
}

// eventStart is the pattern of lines that begin an event; nil is that each is one. A format of
// times goes before a pattern. What is no directive in it is a regular expression, as brackets
// in Docker's own example are.
// Sources: ECS API reference, LogConfiguration.options; Docker's documentation of the driver.
func eventStart(options map[string]string) (*regexp.Regexp, error) {
	pattern := options["awslogs-multiline-pattern"]
	if format := options["awslogs-datetime-format"]; format != "" {
		pattern = datetimePattern(format)
	}
	if pattern == "" {
		return nil, nil
	}
	start, err := regexp.Compile(pattern)
	if err != nil { // Source: moby's awslogs driver, the words
		return nil, fmt.Errorf("awslogs could not parse multiline pattern key %q: %w", pattern, err)
	}
	return start, nil
}

func datetimePattern(format string) string {
	var pattern strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] == '%' && i+1 < len(format) {
			if expression, known := datetimeDirectives[format[i+1]]; known {
				pattern.WriteString(expression)
				i++
				continue
			}
		}
		pattern.WriteByte(format[i])
	}
	return pattern.String()
}
