"""Draw a view as a picture, a page, a slide or a text document, from one scene.

Scope: the scene and its layout, SVG, PNG, PDF, PowerPoint, the queue and the processes that draw.
Out of scope: what a printed document says (each page's room) and the interactive map.
"""
