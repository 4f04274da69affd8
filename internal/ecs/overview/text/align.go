package text

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
)

// Align lays out rows in lines, each with its columns below those of the line before, as a terminal shows
// them: by the width of characters, not by their number.
func Align(rows [][]string) string {
	var widths []int
	for _, row := range rows {
		for n, text := range row {
			if n == len(widths) {
				widths = append(widths, 0)
			}
			widths[n] = max(widths[n], columns(activity.OneLine(text)))
		}
	}
	var lines strings.Builder
	for _, row := range rows {
		var line strings.Builder
		for n, text := range row {
			text = activity.OneLine(text)
			line.WriteString(text + strings.Repeat(" ", widths[n]-columns(text)) + gap)
		}
		lines.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return lines.String()
}
